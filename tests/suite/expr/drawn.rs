//! Random expressions, put to acier and to Terraform: both must answer the same.
//!
//! `ACIER_DRAW=10000 ACIER_SEED=7` draws more, and others.

use std::fmt::Write;

use super::draw::Draw;
use super::{explained, ours, theirs};

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn acier_and_terraform_answer_random_expressions_alike() {
    if !theirs::there("random expressions were not compared") {
        return;
    }
    let (count, seed) = (setting("ACIER_DRAW", 400), setting("ACIER_SEED", 1));
    let mut draw = Draw::new(seed);
    let expressions: Vec<String> = (0..count).map(|_| draw.expression()).collect();
    let (ours, theirs) = (ours::answers(&expressions), theirs::answers(&expressions));
    let mut wrong = String::new();
    let mut different = 0;
    let mut explained = 0;
    for ((expression, ours), theirs) in expressions.iter().zip(&ours).zip(&theirs) {
        let (is, was) = (ours.lines().join("\n    "), theirs.lines().join("\n    "));
        if ours.is_like(theirs) {
            continue;
        }
        if let Some(because) = explained::reason(expression, &is, &was) {
            println!("explained: {expression}\n  acier\n    {is}\n  terraform\n    {was}\n  {because}");
            explained += 1;
            continue;
        }
        different += 1;
        writeln!(wrong, "{expression}\n  acier\n    {is}\n  terraform\n    {was}").unwrap();
    }
    println!("{count} expressions drawn from seed {seed}: {explained} explained differences, {different} others");
    assert!(wrong.is_empty(), "{different} of {count} differ (ACIER_SEED={seed})\n{wrong}");
}
