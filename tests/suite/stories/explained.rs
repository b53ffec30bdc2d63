//! Where acier does otherwise than Terraform on purpose, and why.
//!
//! **Never:** an entry without a reason that a user would accept. In: two texts about one thing. Out:
//! the same without what an entry explains.

use std::collections::BTreeMap;

/// A family of differences.
pub(super) struct Explained {
    /// What it is about.
    pub(super) about: &'static str,
    /// Why acier does otherwise.
    pub(super) because: &'static str,
    /// Lays aside what belongs to it in acier's and Terraform's words about a thing.
    pub(super) lay: fn(&About<'_>, &mut Vec<String>, &mut Vec<String>),
}

/// What a text is about.
pub(super) struct About<'a> {
    /// `plan`, `plan document`, `apply`, `state` ...
    pub(super) what: &'a str,
    /// The mistake of the story.
    pub(super) mistake: &'a str,
    /// The options of the step.
    pub(super) options: &'a [String],
    /// What is written in the step.
    pub(super) files: &'a BTreeMap<String, String>,
}

impl About<'_> {
    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|own| own.starts_with(option))
    }

    /// The line that a finding is about.
    fn source(&self, finding: &str) -> Option<&str> {
        let (file, number) = finding.strip_suffix(')')?.rsplit_once(" (")?.1.rsplit_once(':')?;
        self.files.get(file)?.lines().nth(number.parse::<usize>().ok()?.checked_sub(1)?)
    }
}

const FAILED: &str = "exit code Some(1)";

/// Errors that only come when values are there.
const IN_VALUES: &[&str] = &[
    "Inconsistent conditional result types",
    "Invalid for_each argument",
    "Invalid value for input variable",
    "Module output value precondition failed",
    "Unsupported attribute",
];

/// The place of a finding, with its brackets.
fn place(line: &str) -> Option<&str> {
    line.rsplit_once(" (").map(|(_, place)| place)
}

/// All of them, in the order in which they are asked.
pub(super) const EXPLAINED: &[Explained] = &[
    Explained {
        about: "what one cause brings about",
        because: "acier tells one cause once: a check whose assertion is wrong is not told to have none, and of what \
                  is refused for one reason nothing else is told on the same line",
        lay: |_, ours, theirs| {
            let other = theirs.len() > 2;
            theirs.retain(|line| !(other && line.starts_with("error: Zero assert blocks")));
            let shared: Vec<String> = theirs.iter().filter(|line| ours.contains(line)).cloned().collect();
            let same = |line: &String| {
                place(line).is_some() && shared.iter().any(|own| place(own) == place(line) && own != line)
            };
            let half = shared.iter().any(|line| line.starts_with("error: Missing required argument"));
            let follows =
                |line: &str| line.starts_with("error: Unknown variable") || half && line.contains(" expression (");
            theirs.retain(|line| !(same(line) || follows(line) && shared.len() > 1));
        },
    },
    Explained {
        about: "errors of all kinds at once",
        because: "acier tells everything that is wrong; Terraform stops at the first kind of error (what is written \
                  wrongly, then names, then values)",
        lay: |about, ours, theirs| {
            let failed = |lines: &[String]| lines.first().is_some_and(|line| line == FAILED);
            if about.what.starts_with("plan")
                && failed(ours)
                && failed(theirs)
                && theirs.len() > 1
                && theirs.iter().all(|line| ours.contains(line))
            {
                ours.retain(|line| theirs.contains(line));
            }
        },
    },
    Explained {
        about: "names come first",
        because: "where a name is not there, acier evaluates nothing; Terraform looks at what depends_on of an output \
                  names only when it has evaluated everything else",
        lay: |about, ours, theirs| {
            let name = |line: &String| line == FAILED || line.starts_with("error: Reference to undeclared");
            if about.what.starts_with("plan")
                && ours.len() > 1
                && ours.iter().all(|line| name(line) && theirs.contains(line))
            {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "values of variables come first",
        because: "a value that its variable refuses is told before anything is made of it; Terraform first judges \
                  everything as if no value were known",
        lay: |about, ours, theirs| {
            let refused = |line: &String| line == FAILED || line.starts_with("error: Invalid value for variable");
            if about.what.starts_with("plan")
                && ours.len() > 1
                && ours.iter().all(refused)
                && theirs.first() == ours.first()
            {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "null where format wants a value",
        because: "format refuses a null argument for every verb but %v, as documented; Terraform never knows what it \
                  makes of a null without a type, and plans a change for ever",
        lay: |about, ours, theirs| {
            let format = |line: &String| {
                line.starts_with("error: Error in function call")
                    && about.source(line).is_some_and(|source| source.contains("format(") && source.contains("null"))
            };
            if ours.len() > 1 && ours.iter().all(|line| line == FAILED || format(line)) {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "a statement that is wrong in one part",
        because: "acier tells which part; Terraform tells that of the whole, too",
        lay: |_, ours, theirs| {
            let told = |start: &str| ours.iter().any(|line| line.starts_with(start));
            let follows = |line: &String| {
                line.starts_with("error: Invalid import configuration") && told("error: Invalid import address")
                    || line.starts_with("error: Module not installed") && told("error: Invalid module source address")
            };
            theirs.retain(|line| !follows(line));
        },
    },
    Explained {
        about: "which of several errors in values is told",
        because: "an error in a value stops what needs it, and either walks its graph in an order of its own, so that of \
                  several errors at different places either tells the first that it meets",
        lay: |about, ours, theirs| {
            let one_of_many = |line: &String| {
                line == FAILED || IN_VALUES.iter().any(|start| line.starts_with(&format!("error: {start} (")))
            };
            let differ = ours.iter().skip(1).all(|own| theirs.iter().skip(1).all(|other| place(own) != place(other)));
            if about.what.starts_with("plan")
                && (ours.len() > 1 && theirs.len() > 1 && differ)
                && ours.iter().chain(&*theirs).all(one_of_many)
                && ours[0] == theirs[0]
            {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "replace_triggered_by a resource without instances",
        because: "a resource with count = 0 changes nothing, so nothing is replaced; Terraform fails in its own words",
        lay: |_, ours, theirs| {
            if theirs.iter().any(|line| line.starts_with("error: no change found for ")) {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "references of replace_triggered_by",
        because: "they are judged like all references; Terraform looks at them when there is something to replace",
        lay: |about, ours, theirs| {
            if about.mistake.starts_with("replace_triggered_by") && ours.iter().any(|line| line.starts_with("error: "))
            {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "a wrong default in a module without instances",
        because: "a variable is judged where its module has an instance; Terraform judges the default of one that is \
                  called with count = 0, too, and cannot say where",
        lay: |_, ours, theirs| {
            if theirs.iter().any(|line| line == "error: Invalid value for variable (:0)") {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "moves between kinds, and removed things that are no objects",
        because: "what cannot be moved or removed is refused where it is written; Terraform passes over it, or refuses \
                  it when there is something to move",
        lay: |_, ours, theirs| {
            let refused = ["error: Move between kinds", "error: Invalid address"];
            if ours.iter().any(|line| refused.iter().any(|start| line.starts_with(start))) {
                ours.clone_from(theirs);
            }
        },
    },
    Explained {
        about: "a part of a configuration that is wrong",
        because: "with -target, too, names that are not there are told; Terraform does not look at the rest",
        lay: |about, ours, theirs| {
            let fails = |lines: &[String]| lines.first().is_some_and(|line| line == FAILED);
            if about.has("-target") && fails(ours) && !fails(theirs) {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "a destroy asks nothing",
        because: "what goes need not be right: conditions and values that only the configuration has are not evaluated \
                  for a destroy; Terraform refreshes first as for an ordinary plan",
        lay: |about, ours, theirs| {
            let fails = |lines: &[String]| lines.first().is_some_and(|line| line == FAILED);
            if about.has("-destroy") && !fails(ours) && fails(theirs) {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "outputs that a destroy never had",
        because: "an output that no apply has written down is not there, so nothing of it goes; Terraform evaluates it \
                  when it refreshes before a destroy, and says that it goes",
        lay: |about, ours, theirs| {
            let document = |lines: &[String]| serde_json::from_str::<serde_json::Value>(&lines.join("\n")).ok();
            let Some((own, mut told)) = document(ours).zip(document(theirs)).filter(|_| about.has("-destroy")) else {
                return;
            };
            let Some(outputs) = told["output_changes"].as_object_mut() else { return };
            let deleted = serde_json::json!(["delete"]);
            outputs.retain(|name, change| change["actions"] != deleted || own["output_changes"].get(name).is_some());
            if outputs.is_empty() {
                told.as_object_mut().and_then(|document| document.remove("output_changes"));
            }
            *theirs = format!("{told:#}").lines().map(str::to_owned).collect();
        },
    },
    Explained {
        about: "a cycle that Terraform makes itself",
        because: "what creates first no more is destroyed in the order that its state says; Terraform shows the same plan \
                  and then refuses it, because it puts a cycle into its own graph",
        lay: |about, ours, theirs| {
            let cycle = |line: &String| line == FAILED || line.starts_with("error: Cycle");
            if about.what == "plan" && theirs.len() > 1 && theirs.iter().all(cycle) && !ours.contains(&theirs[0]) {
                theirs.clone_from(ours);
            }
        },
    },
    Explained {
        about: "-replace of what is not there",
        because: "that there is nothing to replace is told, in acier's words, also where the block has instances",
        lay: |about, ours, theirs| {
            if about.has("-replace") {
                ours.retain(|line| line != "warning: Nothing to replace");
                theirs.retain(|line| line != "warning: Incompletely-matched force-replace resource instance");
            }
        },
    },
    Explained {
        about: "values without a variable are told once",
        because: "a value for a variable that is not declared is told with the plan; Terraform repeats it",
        lay: |about, _, theirs| {
            if about.what == "apply" {
                theirs.retain(|line| !line.contains("undeclared variable"));
            }
        },
    },
    Explained {
        about: "a check of what does not change",
        because: "that an assertion fails is told with the plan, and told again only when something was done",
        lay: |about, ours, theirs| {
            let check = |line: &String| line.starts_with("warning: Check block assertion failed");
            if about.what == "apply" && !ours.iter().any(check) {
                theirs.retain(|line| !check(line));
            }
        },
    },
    Explained {
        about: "what a target needs",
        because: "what a target needs is planned and done with all its instances; Terraform plans all of them and does \
                  only those that are named with their key",
        lay: |about, ours, theirs| {
            if about.has("-target") && about.what == "state" {
                theirs.clone_from(ours);
            }
            if about.has("-target") && about.what == "plan document" {
                // What is made of all instances, where only some are planned.
                for lines in [ours, theirs] {
                    let objects = lines.iter().position(|line| line.starts_with("  \"resource_changes\""));
                    lines.drain(..objects.unwrap_or(0));
                }
            }
        },
    },
    Explained {
        about: "arguments that terraform_data computes",
        because: "an argument that only the provider can set is refused at its place; Terraform's own provider says it \
                  without a place",
        lay: |_, ours, theirs| {
            for line in theirs.iter_mut().filter(|line| line.ends_with("attribute is read-only")) {
                if let Some(own) = ours.iter().find(|own| own.starts_with("error: Value for unconfigurable attribute"))
                {
                    line.clone_from(own);
                }
            }
        },
    },
];

/// What is left of a difference, and which entries had to do with it.
pub(super) fn lay_aside(about: &About<'_>, ours: &str, theirs: &str) -> (String, String, Vec<&'static str>) {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (mut ours, mut theirs) = (lines(ours), lines(theirs));
    let mut used = Vec::new();
    for row in EXPLAINED {
        let before = (ours.clone(), theirs.clone());
        (row.lay)(about, &mut ours, &mut theirs);
        if before != (ours.clone(), theirs.clone()) {
            used.push(row.about);
        }
    }
    let text = |lines: Vec<String>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    (text(ours), text(theirs), used)
}

#[test]
fn every_difference_says_what_it_is_about() {
    for row in EXPLAINED {
        assert!(!row.about.is_empty() && row.because.len() > 40, "{}", row.about);
    }
}
