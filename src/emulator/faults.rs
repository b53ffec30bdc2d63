//! What goes wrong, as a small text language; deterministic, counted per rule.
//!
//! **Never:** roll dice. The same rules over the same requests fail the same requests.
//!
//! Rules are separated by `;` or line breaks; `#` begins a comment. A rule is
//! `METHOD TARGET: EFFECT OPTION=NUMBER ...`; METHOD may be `*` and TARGET may be missing. TARGET
//! is the end of a path, or the end but for the last segment: `containerGroups/web`,
//! `containerGroups`, `containerGroups/web/restart`, `operations`, `token`; `*` stands for any
//! letters of a segment. The first rule that fires wins. The README's table lists the effects.

use crate::emulator::answer::Refusal;
use crate::emulator::login;
use crate::emulator::route::Ask;

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
enum Effect {
    /// Answers with an error; nothing happens.
    Status { status: u16, code: Option<String>, retry_after: Option<u64> },
    /// The connection is lost before anything happens.
    ResetBefore,
    /// The connection is lost after everything happened.
    ResetAfter,
    /// The request is delivered twice; the second answer is returned.
    Twice,
    /// What was just created cannot be read for some reads.
    NotFound(u32),
    /// The operation that the request begins ends in failure.
    FailOperation(String),
    /// The operation does not end before the provisioning timeout of thirty minutes.
    Stuck,
    /// The operation takes so many milliseconds.
    Slow(i64),
    /// The token runs out after so many seconds.
    TokenLife(i64),
}

/// What a fault means for the request it befalls.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Carry it out, bent in this way.
    Act(Bend),
    /// Carry it out twice.
    Twice,
    /// Refuse it.
    Refuse(Refusal),
    /// Lose it; the flag says whether it is carried out.
    Lose(bool),
}

/// How a fault bends a request that is carried out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bend {
    /// How many reads of what it creates answer 404.
    pub(crate) not_found: u32,
    /// The code with which its operation fails.
    pub(crate) fail: Option<String>,
    /// Whether its operation is stuck.
    pub(crate) stuck: bool,
    /// How long its operation takes, in milliseconds.
    pub(crate) slow: Option<i64>,
    /// How long its token lives, in seconds.
    pub(crate) token_life: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    method: Option<String>,
    target: Vec<String>,
    effect: Effect,
    after: u64,
    times: u64,
    every: u64,
    seen: u64,
    fired: u64,
}

/// All rules and how often each was met.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    /// Reads rules.
    ///
    /// # Errors
    /// A sentence that quotes the rule and says what is wrong with it.
    pub fn parse(text: &str) -> Result<Faults, String> {
        let mut rules = Vec::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            for rule in line.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
                rules.push(read_rule(rule).map_err(|why| format!("The fault \"{rule}\" is not understood: {why}"))?);
            }
        }
        Ok(Faults { rules })
    }

    /// Counts the request and says what befalls it.
    pub(crate) fn judge(&mut self, ask: &Ask<'_>) -> Verdict {
        let mut chosen = None;
        for rule in self.rules.iter_mut().filter(|rule| rule.matches(ask)) {
            rule.seen += 1;
            let turn = rule.seen > rule.after && (rule.seen - rule.after).is_multiple_of(rule.every);
            if chosen.is_none() && turn && rule.fired < rule.times {
                rule.fired += 1;
                chosen = Some(rule.effect.clone());
            }
        }
        chosen.map_or(Verdict::Act(Bend::default()), |effect| decide(effect, ask))
    }
}

fn decide(effect: Effect, ask: &Ask<'_>) -> Verdict {
    let calm = Bend::default();
    match effect {
        Effect::Status { status, code, retry_after } => Verdict::Refuse(refuse(status, code, retry_after, ask)),
        Effect::ResetBefore => Verdict::Lose(false),
        Effect::ResetAfter => Verdict::Lose(true),
        Effect::Twice => Verdict::Twice,
        Effect::NotFound(reads) => Verdict::Act(Bend { not_found: reads, ..calm }),
        Effect::FailOperation(code) => Verdict::Act(Bend { fail: Some(code), ..calm }),
        Effect::Stuck => Verdict::Act(Bend { stuck: true, ..calm }),
        Effect::Slow(time) => Verdict::Act(Bend { slow: Some(time), ..calm }),
        Effect::TokenLife(time) => Verdict::Act(Bend { token_life: Some(time), ..calm }),
    }
}

impl Rule {
    fn matches(&self, ask: &Ask<'_>) -> bool {
        if self.method.as_deref().is_some_and(|method| method != ask.method) {
            return false;
        }
        let ends = |path: &[String]| {
            let Some(from) = path.len().checked_sub(self.target.len()) else { return false };
            path[from..].iter().zip(&self.target).all(|(part, pattern)| like(part, pattern))
        };
        self.target.is_empty() || ends(&ask.low) || ask.low.split_last().is_some_and(|(_, rest)| ends(rest))
    }
}

/// Whether a segment is like a pattern in which `*` stands for any letters.
fn like(part: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = part.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

const METHODS: &[&str] = &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

fn read_rule(text: &str) -> Result<Rule, String> {
    let (head, tail) = text.split_once(':').ok_or("there is no colon between what it befalls and what happens.")?;
    let mut head = head.split_whitespace();
    let method = head.next().ok_or("it names no method; write GET, PUT or another, or * for all.")?.to_uppercase();
    if method != "*" && !METHODS.contains(&method.as_str()) {
        return Err(format!("\"{method}\" is not a method; write one of {} or * for all.", METHODS.join(", ")));
    }
    let target: Vec<String> =
        head.next().unwrap_or("*").split('/').filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    if let Some(more) = head.next() {
        return Err(format!("\"{more}\" stands where a colon was expected."));
    }
    let mut words = tail.split_whitespace();
    let effect = words.next().ok_or("it says nothing after the colon.")?;
    let mut rule = Rule {
        method: (method != "*").then_some(method),
        target: if target == ["*"] { Vec::new() } else { target },
        effect: read_effect(effect)?,
        after: 0,
        times: u64::MAX,
        every: 1,
        seen: 0,
        fired: 0,
    };
    for word in words {
        read_option(&mut rule, word)?;
    }
    Ok(rule)
}

fn read_effect(word: &str) -> Result<Effect, String> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let number = |what: &str| {
        let value = value.ok_or(format!("{name} needs a number, such as {name}=2."))?;
        value.parse::<u32>().map_err(|_| format!("\"{value}\" is not a number of {what}."))
    };
    match (name, value) {
        ("reset-before", None) => Ok(Effect::ResetBefore),
        ("reset-after", None) => Ok(Effect::ResetAfter),
        ("twice", None) => Ok(Effect::Twice),
        ("stuck", None) => Ok(Effect::Stuck),
        ("not-found-after-create", _) => Ok(Effect::NotFound(number("reads")?)),
        ("token-life", _) => Ok(Effect::TokenLife(i64::from(number("seconds")?))),
        ("slow", _) => Ok(Effect::Slow(i64::from(number("milliseconds")?))),
        ("fail-operation", Some(code)) if !code.is_empty() => Ok(Effect::FailOperation(code.to_owned())),
        ("fail-operation", _) => {
            Err("fail-operation needs a code, such as fail-operation=InternalServerError.".to_owned())
        }
        (status, None) => match status.parse::<u16>() {
            Ok(status) if (400..600).contains(&status) => Ok(Effect::Status { status, code: None, retry_after: None }),
            _ => Err(format!(
                "\"{status}\" is not an effect; write a status from 400 to 599, reset-before, reset-after, twice, stuck, slow, not-found-after-create, fail-operation or token-life."
            )),
        },
        (_, Some(_)) => Err(format!("\"{name}\" takes no value or is no effect.")),
    }
}

fn read_option(rule: &mut Rule, word: &str) -> Result<(), String> {
    let (name, value) = word.split_once('=').ok_or(format!("\"{word}\" is not an option of the form name=value."))?;
    let number = || match value.parse::<u64>() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("the value \"{value}\" of {name} is not a number above zero.")),
    };
    match (name, &mut rule.effect) {
        ("after", _) => rule.after = number()?,
        ("times", _) => rule.times = number()?,
        ("every", _) => rule.every = number()?,
        ("code", Effect::Status { code, .. }) => *code = Some(value.to_owned()),
        ("retry-after", Effect::Status { retry_after, .. }) => *retry_after = Some(number()?),
        ("code" | "retry-after", _) => return Err(format!("{name} goes with a status only.")),
        _ => {
            return Err(format!(
                "there is no option \"{name}\"; the options are after, times, every, code and retry-after."
            ));
        }
    }
    Ok(())
}

/// The refusal of an injected status, with the words of the service where they are known.
fn refuse(status: u16, code: Option<String>, retry_after: Option<u64>, ask: &Ask<'_>) -> Refusal {
    let name = ask.low.last().map_or("", String::as_str);
    let (known, message) = match status {
        401 => ("InvalidAuthenticationToken", "The access token is invalid.".to_owned()),
        403 => ("AuthorizationFailed", denied(ask)),
        404 => ("ResourceNotFound", format!("The Resource '{name}' was not found.")),
        409 => ("Conflict", "Another operation on this or a dependent resource is in progress.".to_owned()),
        429 => {
            let wait = retry_after.unwrap_or(1);
            let kind = if ask.method == "GET" { "read" } else { "write" };
            ("SubscriptionRequestsThrottled", format!("Number of '{kind}' requests for subscription exceeded. Please try again after '{wait}' seconds."))
        }
        500 => ("InternalServerError", "Encountered an internal server error.".to_owned()),
        503 => ("ServerBusy", "The service is busy. Please retry later.".to_owned()),
        504 => ("GatewayTimeout", "The gateway did not receive a response from 'Microsoft.ContainerInstance' within the specified time period.".to_owned()),
        _ => ("InjectedFault", format!("The emulator was told to answer {status}.")),
    };
    let code = code.unwrap_or_else(|| known.to_owned());
    let refusal = if status == 401 {
        let message = if code == "ExpiredAuthenticationToken" { login::EXPIRED.to_owned() } else { message };
        Refusal::gateway(status, &code, message).with("www-authenticate", login::challenge(ask, "common"))
    } else {
        Refusal::service(status, &code, message)
    };
    match retry_after.or((status == 429).then_some(1)) {
        Some(wait) => refusal.with("retry-after", wait.to_string()),
        None => refusal,
    }
}

fn denied(ask: &Ask<'_>) -> String {
    let verb = match ask.method {
        "GET" | "HEAD" => "read",
        "DELETE" => "delete",
        "POST" => "action",
        _ => "write",
    };
    let kind = if ask.low.iter().any(|part| part == "containergroups") {
        "Microsoft.ContainerInstance/containerGroups"
    } else {
        "Microsoft.Resources/subscriptions/resourceGroups"
    };
    format!(
        "The client 'emulator' with object id 'emulator' does not have authorization to perform action '{kind}/{verb}' over scope '/{}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
        ask.path.join("/")
    )
}
