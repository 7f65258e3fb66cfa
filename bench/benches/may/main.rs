//! How long one decision takes beside a plain hash map, Cedar and regorus.
//!
//! The sides take turns in one run, so that what else the machine does touches all of them alike:
//! ratios travel, times do not. Before anything is timed, all engines must give the same answers.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

mod maps;
mod peers;
mod world;

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use ombud_core::decision;
use ombud_core::population::Population;

use crate::maps::{Plain, Quick, Wide};
use crate::peers::{Cedar, Rego};
use crate::world::{NOW, Question, World};

/// People whose facts our own side and the plain maps hold.
const PEOPLE: usize = 1_000_000;
/// People whose facts the other engines hold: a slice, since they need gigabytes for all.
const PEERS_PEOPLE: usize = 20_000;
const QUESTIONS: usize = 1_000_000;
const PEERS_QUESTIONS: usize = 20_000;
const ROUNDS: usize = 11;

fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new();
    let people = world.population(PEOPLE);
    let quick: Quick = maps::fill(PEOPLE);
    let wide: Wide = maps::fill(PEOPLE);
    let plain: Plain = maps::fill(PEOPLE);
    let mut cedar = Cedar::new(&world, PEERS_PEOPLE)?;
    let mut rego = Rego::new(&world, PEERS_PEOPLE)?;

    let questions = world.questions(&people, QUESTIONS, PEOPLE);
    let few = world.questions(&people, PEERS_QUESTIONS, PEERS_PEOPLE);
    let asked = [cedar.prepare(&few)?, rego.prepare(&few)?];
    let share = agree(&world, &people, &few, &mut cedar, &mut rego)?;

    let mut times: [Vec<f64>; 9] = Default::default();
    for _ in 0..ROUNDS {
        let taken = [
            time(&questions, |question| maps::look(&quick, question)),
            time(&questions, |question| maps::look(&wide, question)),
            time(&questions, |question| maps::look(&plain, question)),
            time(&questions, |question| full_answer(&people, question)),
            time_in_turn(&questions, |question| maps::look(&quick, question)),
            time_in_turn(&questions, |question| maps::look(&plain, question)),
            time_in_turn(&questions, |question| full_answer(&people, question)),
            time(&few, |question| usize::from(cedar.ask(question.number))),
            time(&few, |question| usize::from(rego.ask(question.number))),
        ];
        for (all, one) in times.iter_mut().zip(taken) {
            all.push(one);
        }
    }
    let [
        quick,
        wide,
        plain,
        ours,
        quick_in_turn,
        plain_in_turn,
        ours_in_turn,
        cedar,
        rego,
    ] = times.map(median);
    println!(
        "people {PEOPLE}, activities {}, rounds {ROUNDS}, medians",
        world.rules.len()
    );
    println!("Cedar and regorus hold {PEERS_PEOPLE} people; {asked:?} questions made beforehand");
    println!(
        "yes to {:.0} % of {PEERS_QUESTIONS} questions, on which all agree",
        share * 100.0
    );
    println!("memory: {:.1} bytes a person", bytes(&people));
    let at_once = [
        ("hash map, half of the id", quick),
        ("the same, 48 bytes a value", wide),
        ("hash map, standard hash", plain),
        ("ombud, full answer", ours),
        ("regorus, compiled", rego),
        ("Cedar, is_authorized", cedar),
    ];
    print(&at_once, ours);
    println!("each question made from the answer before:");
    let in_turn = [
        ("hash map, half of the id", quick_in_turn),
        ("hash map, standard hash", plain_in_turn),
        ("ombud, full answer", ours_in_turn),
    ];
    print(&in_turn, ours_in_turn);
    Ok(())
}

/// One line a side: its time, and how many times ours that is.
fn print(sides: &[(&str, f64)], ours: f64) {
    for (name, nanos) in sides {
        println!("{name:28} {nanos:10.1} ns {:10.2} x ombud", nanos / ours);
    }
}

/// The whole answer, all of it read: yes or no, reason, article, basis and version. Its number stands
/// for it.
fn full_answer(people: &Population, question: &Question) -> usize {
    let Some(activity) = question.place else {
        return 0;
    };
    let ruling = people.may(question.id, activity, question.use_for, NOW);
    black_box((*ruling, people.version())).0.article.len()
}

/// Nanoseconds a question, over all of them, none waiting for another: the processor looks several
/// up at once. Apart from its caller, so that each side has a loop and registers of its own.
#[inline(never)]
fn time(questions: &[Question], mut ask: impl FnMut(&Question) -> usize) -> f64 {
    let start = Instant::now();
    for question in questions {
        black_box(ask(question));
    }
    start.elapsed().as_secs_f64() * 1e9 / count(questions.len())
}

/// The same when each question waits for the answer before it, as one does that comes alone.
#[inline(never)]
fn time_in_turn(questions: &[Question], mut ask: impl FnMut(&Question) -> usize) -> f64 {
    // Never set, which the compiler cannot know: the place of a question hangs on the last answer.
    let bits = black_box(0);
    let mut answer = 0;
    let start = Instant::now();
    for number in 0..questions.len() {
        if let Some(question) = questions.get(number + (answer & bits)) {
            answer = ask(question);
        }
    }
    start.elapsed().as_secs_f64() * 1e9 / count(questions.len())
}

/// Checks that every engine says the same as the rules, and tells the share of yes.
fn agree(
    world: &World,
    people: &Population,
    questions: &[Question],
    cedar: &mut Cedar,
    rego: &mut Rego,
) -> Result<f64, Box<dyn Error>> {
    let mut yes = 0;
    for question in questions {
        let person = world.person(question.person);
        let facts = World::facts(&person, question.activity);
        let rule = world.rules.get(question.activity).ok_or("no such rule")?;
        let want = decision::may(rule, &facts, question.use_for, NOW);
        let place = question.place.ok_or("no such activity")?;
        let ours = people.may(question.id, place, question.use_for, NOW);
        let answers = [cedar.ask(question.number), rego.ask(question.number)];
        if ours.answer != want || answers != [want.is_yes(); 2] {
            return Err(format!("{question:?}: {want:?}, {ours:?}, peers {answers:?}").into());
        }
        yes += usize::from(want.is_yes());
    }
    Ok(count(yes) / count(questions.len()))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn bytes(people: &Population) -> f64 {
    count(people.bytes()) / count(people.len())
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::NAN, f64::from)
}
