//! A transport that plays a script, and notes what it was sent and when.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use tokio::time::Instant;

/// One line of a script.
pub(super) enum Step {
    /// An answer: status, headers as lines of `name: value`, body.
    Say(u16, &'static [&'static str], String),
    /// No answer; whether the request went out.
    Lose(bool),
    /// No answer, and none to be expected.
    Refuse,
}

pub(super) fn say(status: u16, body: &str) -> Step {
    Step::Say(status, &[], body.to_owned())
}

pub(super) fn say_with(status: u16, headers: &'static [&'static str], body: &str) -> Step {
    Step::Say(status, headers, body.to_owned())
}

/// The body of an error.
pub(super) fn coded(code: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"words"}}}}"#)
}

/// What was sent, with the time since the script began.
pub(super) type Log = Rc<RefCell<Vec<(Duration, Request)>>>;

/// Plays its steps to calls and, apart from them, gives tokens to token requests.
pub(super) struct Script {
    steps: RefCell<VecDeque<Step>>,
    tokens: RefCell<VecDeque<Step>>,
    calls: Log,
    exchanges: Log,
    start: Instant,
}

impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        let for_token = request.url.contains("/oauth2/");
        let (log, steps) = if for_token { (&self.exchanges, &self.tokens) } else { (&self.calls, &self.steps) };
        let what = format!("{} {}", request.method, request.url);
        log.borrow_mut().push((self.start.elapsed(), request));
        tokio::task::yield_now().await;
        let number = log.borrow().len();
        match steps.borrow_mut().pop_front() {
            Some(Step::Say(status, headers, body)) => {
                let headers = headers.iter().map(|line| line.split_once(": ").unwrap());
                let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                Ok(Response { status, headers, body: body.into_bytes() })
            }
            Some(Step::Lose(sent)) => Err(Lost { message: "connection reset".to_owned(), sent, lasting: false }),
            Some(Step::Refuse) => Err(Lost { message: "nobody trusts it".to_owned(), sent: false, lasting: true }),
            None if for_token => Ok(Response {
                status: 200,
                headers: Vec::new(),
                body: format!(r#"{{"access_token":"token-{number}","expires_in":3599}}"#).into_bytes(),
            }),
            None => panic!("the script has no answer for {what}"),
        }
    }
}

/// A client on a script, and what can be seen of it from outside.
pub(super) struct Stage {
    pub(super) client: Client<Script>,
    pub(super) calls: Log,
    pub(super) exchanges: Log,
    pub(super) notices: Rc<RefCell<Vec<String>>>,
}

pub(super) fn secret() -> Credentials {
    Credentials::ClientSecret { tenant: "t".into(), client: "c".into(), secret: "hush+hush".into() }
}

pub(super) fn anonymous(steps: impl IntoIterator<Item = Step>) -> Stage {
    stage(Credentials::Anonymous, steps, [])
}

pub(super) fn stage(
    credentials: Credentials,
    steps: impl IntoIterator<Item = Step>,
    tokens: impl IntoIterator<Item = Step>,
) -> Stage {
    let notices = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&notices);
    let options = Options {
        correlation: "00000000-0000-0000-0000-00000000abcd".into(),
        notice: Some(Rc::new(move |text| noted.borrow_mut().push(text))),
        ..Options::new("sub")
    };
    let script = Script {
        steps: RefCell::new(steps.into_iter().collect()),
        tokens: RefCell::new(tokens.into_iter().collect()),
        calls: Rc::default(),
        exchanges: Rc::default(),
        start: Instant::now(),
    };
    let (calls, exchanges) = (Rc::clone(&script.calls), Rc::clone(&script.exchanges));
    Stage {
        client: Client::new(script, SignIn::new(credentials), Endpoints::public(), options),
        calls,
        exchanges,
        notices,
    }
}

impl Stage {
    /// When each call was sent, in seconds.
    pub(super) fn times(&self) -> Vec<f64> {
        self.calls.borrow().iter().map(|(time, _)| time.as_secs_f64()).collect()
    }

    /// The values of a header over all calls.
    pub(super) fn headers(&self, name: &str) -> Vec<String> {
        let calls = self.calls.borrow();
        let all = calls.iter().flat_map(|(_, call)| &call.headers);
        all.filter(|(own, _)| own == name).map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn urls(&self) -> Vec<String> {
        self.calls.borrow().iter().map(|(_, call)| call.url.clone()).collect()
    }
}
