//! The same question asked of Cedar and of regorus, in the way that is quickest for each.
//!
//! They answer yes or no, where ours also gives reason, article, basis and version. Requests are
//! made before the time is taken, and a slice of the people is held.

use std::error::Error;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request,
};
use ombud_core::decision::{Gate, Rule};
use ombud_core::population::Person;
use ombud_core::standing::{Consent, Objection};
use ombud_core::statement::model::BasisName;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};

use crate::world::{NOW, Question, World, id_of};

/// Cedar with its entities in memory.
pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    pub(crate) fn new(world: &World, people: usize) -> Result<Self, Box<dyn Error>> {
        let mut entities = Vec::new();
        for (number, rule) in world.rules.iter().enumerate() {
            entities.push(entity(
                "Activity",
                &number.to_string(),
                &rule_attributes(rule),
            ));
        }
        for person in 0..people {
            let name = format!("{:032x}", id_of(person));
            let known = world.person(person);
            for number in 0..known.own.len() {
                let own = own_attributes(world, &known, number);
                let activity = format!(r#""activity":{{"__entity":{}}}"#, uid("Activity", number));
                let name = format!("{name}/{number}");
                entities.push(entity("Standing", &name, &format!("{own},{activity}")));
            }
            entities.push(entity("Subject", &name, &person_attributes(world, person)));
        }
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: include_str!("may.cedar").parse()?,
            entities: Entities::from_json_str(&format!("[{}]", entities.join(",")), None)?,
            requests: Vec::new(),
        })
    }

    /// Makes the requests and tells how many.
    pub(crate) fn prepare(&mut self, questions: &[Question]) -> Result<usize, Box<dyn Error>> {
        let context = format!(r#"{{"now":{}}}"#, NOW.as_second());
        let context = Context::from_json_str(&context, None)?;
        for question in questions {
            let subject = format!("{:032x}", question.id);
            let standing = format!("{subject}/{}", question.activity);
            self.requests.push(Request::new(
                named("Subject", &subject)?,
                named("Action", question.use_for.name())?,
                named("Standing", &standing)?,
                context.clone(),
                None,
            )?);
        }
        Ok(self.requests.len())
    }

    pub(crate) fn ask(&mut self, number: usize) -> bool {
        let request = self.requests.get(number);
        request.is_some_and(|request| {
            let answer = self
                .authorizer
                .is_authorized(request, &self.policies, &self.entities);
            answer.decision() == Decision::Allow
        })
    }
}

/// The virtual machine of regorus with its data in memory.
pub(crate) struct Rego {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Rego {
    pub(crate) fn new(world: &World, people: usize) -> Result<Self, Box<dyn Error>> {
        let entry: Rc<str> = "data.ombud.allow".into();
        let mut engine = Engine::new();
        engine.add_policy("may.rego".to_owned(), include_str!("may.rego").to_owned())?;
        let compiled = engine.compile_with_entrypoint(&entry)?;
        let program = Compiler::compile_from_policy(&compiled, &[entry.as_ref()])?;

        let rules = world.rules.iter().enumerate();
        let rules =
            rules.map(|(number, rule)| format!(r#""{number}":{{{}}}"#, rule_attributes(rule)));
        let people = (0..people).map(|person| {
            let known = world.person(person);
            let own = (0..known.own.len()).map(|number| {
                let own = own_attributes(world, &known, number);
                format!(r#""{number}":{{{own}}}"#)
            });
            format!(
                r#""{:032x}":{{{},"own":{{{}}}}}"#,
                id_of(person),
                person_attributes(world, person),
                own.collect::<Vec<_>>().join(",")
            )
        });
        let data = format!(
            r#"{{"activities":{{{}}},"people":{{{}}}}}"#,
            rules.collect::<Vec<_>>().join(","),
            people.collect::<Vec<_>>().join(",")
        );
        let mut machine = RegoVM::new_with_policy(compiled);
        machine.load_program(program);
        machine.set_data(Value::from_json_str(&data)?)?;
        Ok(Self {
            machine,
            inputs: Vec::new(),
        })
    }

    /// Makes the inputs and tells how many.
    pub(crate) fn prepare(&mut self, questions: &[Question]) -> Result<usize, Box<dyn Error>> {
        for question in questions {
            self.inputs.push(Value::from_json_str(&format!(
                r#"{{"id":"{:032x}","activity":"{}","use":"{}","now":{}}}"#,
                question.id,
                question.activity,
                question.use_for.name(),
                NOW.as_second()
            ))?);
        }
        Ok(self.inputs.len())
    }

    pub(crate) fn ask(&mut self, number: usize) -> bool {
        let Some(input) = self.inputs.get(number) else {
            return false;
        };
        self.machine.set_input(input.clone());
        matches!(self.machine.execute(), Ok(Value::Bool(true)))
    }
}

fn named(kind: &str, name: &str) -> Result<EntityUid, Box<dyn Error>> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(name)))
}

fn uid(kind: &str, name: impl std::fmt::Display) -> String {
    format!(r#"{{"type":"{kind}","id":"{name}"}}"#)
}

fn entity(kind: &str, name: &str, attributes: &str) -> String {
    let uid = uid(kind, name);
    format!(r#"{{"uid":{uid},"attrs":{{{attributes}}},"parents":[]}}"#)
}

fn rule_attributes(rule: &Rule) -> String {
    let on = |wanted: &[BasisName]| {
        let mut bases = rule.bases.iter();
        bases.any(|(basis, state)| state.is_none() && wanted.contains(basis))
    };
    let needs_consent = [
        Gate::MarketingConsent,
        Gate::DeviceConsent,
        Gate::SpecialConsent,
    ];
    format!(
        r#""another_controller":{},"marketing":{},"by_consent":{},"by_interest":{},"by_duty":{},
        "by_contract_in_state":{},"needs_consent":{},"for_grown_ups":{}"#,
        rule.another_controller,
        rule.marketing,
        on(&[BasisName::Consent, BasisName::ExplicitConsent]),
        on(&[BasisName::LegitimateInterest, BasisName::PublicTask]),
        on(&[BasisName::Contract, BasisName::LegalObligation]),
        rule.bases.contains(&(BasisName::Contract, Some(0))),
        rule.gates.iter().any(|gate| needs_consent.contains(gate)),
        rule.gates.contains(&Gate::Age(13)),
    )
}

fn own_attributes(world: &World, person: &Person, activity: usize) -> String {
    let own = World::facts(person, activity);
    let rule = world.rules.get(activity);
    let held = rule.is_some_and(|rule| rule.is_restricted(&own));
    let consent = match own.own.consent {
        Consent::Never => "never",
        Consent::Given => "given",
        Consent::Outdated => "outdated",
        Consent::Withdrawn => "withdrawn",
    };
    let objection = match own.own.objection {
        Objection::None => "none",
        Objection::Pending => "pending",
        Objection::Upheld => "upheld",
        Objection::Rejected => "rejected",
        Objection::Ended => "ended",
    };
    format!(
        r#""consent":"{consent}","objection":"{objection}","restricted":{},"held":{held},"in_state":{},"kept_until":{}"#,
        own.own.restricted,
        own.states.has(0),
        own.kept_until
            .map_or(i64::MAX / 1_000, jiff::Timestamp::as_second),
    )
}

fn person_attributes(world: &World, person: usize) -> String {
    let known = world.person(person);
    format!(
        r#""objected":{},"restricted":{},"young":{}"#,
        known.all.objection != Objection::None,
        known.all.restricted,
        known.own.iter().any(|own| own.of_age_at.is_some()),
    )
}
