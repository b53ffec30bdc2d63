//! The emulator, asked as a client asks it, on a clock that the test moves by hand.

mod azurerm;
mod disk;
mod faults;
mod fleet;
mod life;
mod program;
mod providers;
mod refusals;
mod served;
mod shapes;
mod sockets;
mod subnets;

use acier::arm::wire::{Lost, Request, Response};
use acier::emulator::faults::Faults;
use acier::emulator::settings::Settings;
use acier::emulator::world::World;
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z.
pub(crate) const START: i64 = 1_767_225_600_000;
pub(crate) const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
pub(crate) const BASE: &str = "https://cloud.test";

/// A world and its clock.
pub(crate) struct Cloud {
    pub(crate) world: World,
    pub(crate) now: i64,
    pub(crate) api: &'static str,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    raw: Response,
}

impl Reply {
    pub(crate) fn read(raw: Response) -> Reply {
        let body = if raw.body.is_empty() { Value::Null } else { serde_json::from_slice(&raw.body).expect("JSON") };
        Reply { status: raw.status, body, raw }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.raw.header(name).unwrap_or_else(|| panic!("no header {name} in {:?}", self.raw.headers))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw.header(name).is_some()
    }

    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// What lies at a JSON pointer; null if nothing does.
    pub(crate) fn at(&self, path: &str) -> Value {
        self.body.pointer(path).cloned().unwrap_or_default()
    }
}

/// A request with a bearer token.
pub(crate) fn request(method: &'static str, url: String, body: Option<&Value>) -> Request {
    let headers = vec![("authorization".to_owned(), "Bearer some-token".to_owned())];
    Request { method, url, headers, body: body.map(|body| body.to_string().into_bytes()) }
}

impl Cloud {
    /// A world with the resource group `rg` in westeurope.
    pub(crate) fn new(settings: Settings) -> Cloud {
        let mut cloud = Cloud { world: World::new(settings), now: START, api: "2023-05-01" };
        assert_eq!(cloud.ask("PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"}))).status, 201);
        cloud
    }

    /// A world in which creations take so many milliseconds.
    pub(crate) fn slow(latency: i64) -> Cloud {
        Cloud::new(Settings { latency, ..Settings::default() })
    }

    /// A world in which something goes wrong from now on.
    pub(crate) fn faulty(rules: &str) -> Cloud {
        let mut cloud = Cloud::slow(0);
        cloud.world.set_faults(Faults::parse(rules).expect("the rules are fine"));
        cloud
    }

    /// The URL of a path below the subscription.
    pub(crate) fn url(&self, path: &str) -> String {
        let join = if path.contains('?') { '&' } else { '?' };
        format!("{BASE}/subscriptions/{SUBSCRIPTION}{path}{join}api-version={}", self.api)
    }

    pub(crate) fn send(&mut self, request: &Request) -> Result<Reply, Lost> {
        self.world.handle(self.now, request).map(Reply::read)
    }

    /// Asks below the subscription.
    pub(crate) fn ask(&mut self, method: &'static str, path: &str, body: Option<&Value>) -> Reply {
        let request = request(method, self.url(path), body);
        self.send(&request).unwrap_or_else(|lost| panic!("{method} {path}: {lost}"))
    }

    /// Asks a URL that an answer gave.
    pub(crate) fn follow(&mut self, url: &str) -> Reply {
        self.send(&request("GET", url.to_owned(), None)).expect("an answer")
    }

    pub(crate) fn put(&mut self, name: &str, body: &Value) -> Reply {
        self.ask("PUT", &group(name), Some(body))
    }

    pub(crate) fn get(&mut self, name: &str) -> Reply {
        self.ask("GET", &group(name), None)
    }

    /// Creates a group that must be accepted.
    pub(crate) fn make(&mut self, name: &str, body: &Value) {
        let reply = self.put(name, body);
        assert_eq!(reply.status, 201, "{:?}", reply.body);
    }

    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.now += milliseconds;
    }
}

/// The path of a container group in `rg`.
pub(crate) fn group(name: &str) -> String {
    format!("/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/{name}")
}

/// A body with one container `app`.
pub(crate) fn body(image: &str, policy: &str, command: &[&str]) -> Value {
    let mut container = json!({"image": image, "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}}});
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    json!({
        "location": "westeurope",
        "properties": {
            "osType": "Linux",
            "restartPolicy": policy,
            "containers": [{"name": "app", "properties": container}],
        },
    })
}

/// A body with one container that serves.
pub(crate) fn web() -> Value {
    body("nginx", "Always", &[])
}

/// The same body with something set at a JSON pointer; null takes it away.
pub(crate) fn with(mut body: Value, path: &str, value: Value) -> Value {
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {path}"));
    match parent {
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        Value::Object(map) if value.is_null() => {
            map.shift_remove(name);
        }
        other => other[name] = value,
    }
    body
}
