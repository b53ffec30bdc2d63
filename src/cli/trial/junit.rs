//! The report of tests in JUnit's XML, which continuous integration reads.
//!
//! **Never:** colour anything. In: files that are done. Out: one document.

use std::fmt::Write as _;

use crate::diag::render::render;

use super::{Counts, Done, Status};

/// Writes the report.
pub(in crate::cli) fn write(done: &[Done], timestamp: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>\n");
    for file in done {
        let counts = Counts::of(file.runs.iter());
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">",
            escaped(&file.name),
            file.runs.len(),
            counts.skipped,
            counts.failed,
            counts.errored
        );
        for run in &file.runs {
            let _ = write!(
                text,
                "    <testcase name=\"{}\" classname=\"{}\" time=\"{:.9}\" timestamp=\"{timestamp}\">",
                escaped(&run.name),
                escaped(&file.name),
                run.took.as_secs_f64()
            );
            let told: String = run.diagnostics.iter().map(|one| render(one, &run.sources, false)).collect();
            let element = match run.status {
                Status::Pass => None,
                Status::Skip => Some(("skipped", "Testcase skipped because an earlier one could not be carried out")),
                Status::Fail => Some(("failure", "Test run failed")),
                Status::Error => Some(("error", "Encountered an error")),
            };
            match element {
                Some((element, message)) => {
                    let told = escaped(&told);
                    let _ = write!(text, "\n      <{element} message=\"{message}\">{told}</{element}>\n    ");
                }
                None if !told.is_empty() => {
                    let _ = write!(text, "\n      <system-err>{}</system-err>\n    ", escaped(&told));
                }
                None => {}
            }
            text.push_str("</testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// Without the characters that XML reads, and without those that it cannot hold.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
