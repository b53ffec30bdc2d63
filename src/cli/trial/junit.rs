//! The report of tests in JUnit's XML, which continuous integration reads.
//!
//! **Never:** colour anything. In: files that are done. Out: one document.

use std::fmt::Write as _;

use crate::diag::Severity;
use crate::diag::render::render;

use super::{Counts, Done, FAILED, Performed, Status};

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
        let mut stopped_by = "";
        for run in &file.runs {
            let _ = write!(text, "    <testcase name=\"{}\" classname=\"{}\"", escaped(&run.name), escaped(&file.name));
            if run.status != Status::Skip {
                let took = run.took.as_secs_f64();
                let _ = write!(text, " time=\"{took:.9}\" timestamp=\"{timestamp}\"");
            }
            text.push('>');
            let told = |severity: Severity| -> String {
                let found = run.diagnostics.iter().filter(|one| one.severity == severity);
                found.map(|one| render(one, &run.sources, false)).collect()
            };
            match run.status {
                Status::Pass => {}
                Status::Skip => {
                    let why = format!(
                        "Previous testcase {stopped_by:?} ended in error, which caused the remaining tests in the file to \
                         be skipped"
                    );
                    element(&mut text, "skipped", "Testcase skipped due to a previous testcase error", &why);
                }
                Status::Fail => element(&mut text, "failure", &failure(run), &format!("\n{}", told(Severity::Error))),
                Status::Error => {
                    stopped_by = &run.name;
                    element(&mut text, "error", "Encountered an error", &format!("\n{}", told(Severity::Error)));
                }
            }
            let warnings = told(Severity::Warning);
            if !warnings.is_empty() {
                element(&mut text, "system-err", "", &format!("\n{warnings}"));
            }
            if run.diagnostics.iter().next().is_some() || run.status == Status::Skip {
                text.push_str("\n    ");
            }
            text.push_str("</testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn element(text: &mut String, name: &str, message: &str, told: &str) {
    let message = if message.is_empty() { String::new() } else { format!(" message=\"{}\"", escaped(message)) };
    let told = fit(&told.replace("]]>", "]]]]><![CDATA[>"));
    let _ = write!(text, "\n      <{name}{message}><![CDATA[{told}]]></{name}>");
}

/// How many assertions failed, and what the first of them says.
fn failure(run: &Performed) -> String {
    let mut failed = run.diagnostics.iter().filter(|one| one.summary == FAILED);
    let first = failed.next().map(|one| one.detail.as_str()).unwrap_or_default();
    match failed.count() + 1 {
        1 => format!("1 of {} assertions failed: {first}", run.asserts),
        many => format!("{many} of {} assertions failed, including: {first}", run.asserts),
    }
}

/// Without the characters that XML reads, and without those that it cannot hold.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;");
    fit(&text).replace('\n', "&#xA;").replace('\t', "&#x9;")
}

/// Without the characters that XML cannot hold.
fn fit(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
