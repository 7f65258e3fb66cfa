//! What a run comes to, as tables.

use std::collections::BTreeMap;

use ombud_bench::figure::{figure, median};
use ombud_bench::gdpr::mix::{Kind, Op};

use crate::side::Side;

/// Prints how long each side takes for all queries, and for each kind of query.
pub(crate) fn print(ops: &[Op], before: usize, sides: &[Side]) {
    let counted = ops.get(before..).unwrap_or_default();
    let ours = sides
        .first()
        .map_or(f64::NAN, |side| completion(side, counted));
    for side in sides {
        let whole = completion(side, counted);
        let scaled = if side.times.len() < counted.len() {
            format!(
                "counted from {} queries in {:.0} s",
                side.times.len(),
                side.spent()
            )
        } else {
            "whole".to_owned()
        };
        let space = side.space.map_or(f64::NAN, |(bytes, data)| {
            figure(usize::try_from(bytes).unwrap_or(usize::MAX))
                / figure(usize::try_from(data).unwrap_or(usize::MAX))
        });
        println!(
            "  {:24} {whole:9.2} s ({scaled}), {:7.2} times ours; all {} answers right; space {space:.1} times the data; loaded in {:.0} s",
            side.name(),
            whole / ours,
            side.done,
            side.loaded
        );
    }
    let mut kinds: Vec<Kind> = counted.iter().map(|op| op.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        print!("  {:28}", kind.name());
        for side in sides {
            let took = medians(side).get(&kind).copied().unwrap_or(f64::NAN);
            print!("  {}: {:.0} us", side.name(), took * 1e6);
        }
        println!();
    }
}

fn medians(side: &Side) -> BTreeMap<Kind, f64> {
    let mut by_kind: BTreeMap<Kind, Vec<f64>> = BTreeMap::new();
    for (kind, took) in &side.times {
        by_kind.entry(*kind).or_default().push(*took);
    }
    let medians = by_kind.into_iter();
    medians.map(|(kind, all)| (kind, median(all))).collect()
}

/// Seconds for all queries: what was measured, and for the rest the median of its kind.
fn completion(side: &Side, counted: &[Op]) -> f64 {
    let medians = medians(side);
    let rest = counted.iter().skip(side.times.len());
    let rest = rest.map(|op| medians.get(&op.kind).copied().unwrap_or(f64::NAN));
    side.spent() + rest.sum::<f64>()
}
