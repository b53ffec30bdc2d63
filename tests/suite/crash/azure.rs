//! Whole runs against the emulator, which lives on when the run dies.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::builtin::Builtin;
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::Identity;
use acier::plan::Mode;
use acier::provider::Provider;
use acier::provider::router::Router;
use acier::resources::azure::Azure;
use acier::state::State;
use acier::store::{Access, Store};
use acier::value::Value;

use crate::lab::{End, Fuse, Fused, Text, live};

pub(crate) struct FusedTransport {
    cloud: Rc<Embedded>,
    fuse: Fuse,
    /// How many answers were 429, of all runs in this thread.
    throttled: Rc<Cell<usize>>,
}

thread_local! {
    static THROTTLED: Rc<Cell<usize>> = Rc::default();
    static LUCK: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on, or no more: one request in twenty is throttled or fails, drawn from a seed.
pub(crate) fn bad_luck(seed: Option<u64>) {
    LUCK.set(seed);
}

/// The answer that bad luck has for the next request.
fn draw() -> Option<Response> {
    let state = LUCK.get()?;
    let next = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    LUCK.set(Some(next));
    let (status, wait) = [(429, "3"), (429, "17"), (500, "1"), (503, "2")].get((next >> 33) as usize % 80)?;
    let headers = vec![("retry-after".to_owned(), (*wait).to_owned())];
    let body = br#"{"error":{"code":"SubscriptionRequestsThrottled","message":"Bad luck."}}"#;
    Some(Response { status: *status, headers, body: body.to_vec() })
}

/// How many requests of this test were throttled so far.
pub(crate) fn throttled() -> usize {
    THROTTLED.with(|count| count.get())
}

impl Transport for FusedTransport {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        if self.fuse.burns() {
            return std::future::pending().await;
        }
        let answer = match draw() {
            Some(answer) => Ok(answer),
            None => self.cloud.send(request).await,
        };
        if answer.as_ref().is_ok_and(|answer| answer.status == 429) {
            self.throttled.set(self.throttled.get() + 1);
        }
        if self.fuse.burns() {
            return std::future::pending().await;
        }
        answer
    }
}

/// Runs `apply` (or `destroy`) of a configuration once; nothing if the process died.
pub(crate) async fn run(folder: &Path, cloud: &Rc<Embedded>, text: &str, mode: Mode, fuse: &Fuse) -> Option<End> {
    let whole = async {
        let mut schemas = acier::resources::schemas();
        schemas.add(acier::builtin::schemas().clone());
        let schemas = Rc::new(schemas);
        let text = Text::load(text, &schemas);
        let mut store = Store::open(folder, Access::Write).expect("the store opens");
        let mut state = store.load().expect("the store loads");
        let provider = everywhere(cloud, fuse, &text, &state, folder);
        let text = text.among(provider.accounts().clone());
        let key = store.key().clone();
        let mut journal = Fused { inner: store, fuse: fuse.clone() };
        loop {
            let end = live(&provider, &text, &mut state, &mut journal, &key, mode).await;
            let waits = end.plan.as_ref().is_some_and(|plan| !plan.waiting.is_empty());
            if !waits || !end.report.is_complete() {
                break end;
            }
        }
    };
    fuse.guard(whole).await
}

/// The clouds of all provider configurations; that of the state is the one of the run.
fn everywhere(
    cloud: &Rc<Embedded>,
    fuse: &Fuse,
    text: &Text,
    state: &State,
    folder: &Path,
) -> Router<Azure<FusedTransport>, Builtin> {
    let configurations = text.scope(false).configurations(&"azurerm".into()).expect("the provider blocks are fine");
    let mut clouds: Vec<_> =
        configurations.iter().map(|own| (own.name.clone(), connect(cloud, fuse, &own.value))).collect();
    let home = clouds.iter().position(|(_, cloud)| Some(cloud.cloud()) == state.cloud).unwrap_or_default();
    let (name, first) = clouds.swap_remove(home);
    let mut router = Router::new(first, Builtin::new(folder));
    router.name_home(name);
    clouds.into_iter().for_each(|(name, cloud)| router.add(name, cloud));
    router
}

pub(crate) fn connect(cloud: &Rc<Embedded>, fuse: &Fuse, block: &Value) -> Azure<FusedTransport> {
    let Identity { tenant, client, secret, subscription, .. } = Identity::default();
    let credentials = Credentials::ClientSecret { tenant, client, secret: secret.into() };
    let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).expect("the emulator's address is fine");
    let transport = FusedTransport { cloud: cloud.clone(), fuse: fuse.clone(), throttled: THROTTLED.with(Rc::clone) };
    let subscription = block.text("subscription_id").map_or(subscription, str::to_owned);
    Azure::new(Client::new(transport, SignIn::new(credentials), endpoints, Options::new(subscription)), block)
}

/// What the store believes.
pub(crate) fn believed(folder: &Path) -> State {
    Store::open(folder, Access::Read).and_then(|mut store| store.load()).expect("the store can be read")
}
