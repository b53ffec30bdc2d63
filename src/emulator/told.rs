//! What a container or a group is told to do for the sake of a test: by its image's name, its
//! environment and its volumes.
//!
//! **Never:** keep or change anything. In: an echoed body. Out: how pulling and mounting go, and
//! what a program is told. [`HELP`] is the list for people.

use serde_json::{Map, Value};

use crate::emulator::check::items;

/// The choices, for `acier emulator -help` and the README.
pub const HELP: &str = "\
What a container does is chosen by its image, its command and its environment variables:

  image name contains      what happens
  missing, does-not-exist  the creation is refused: InaccessibleImage
  throttled                the creation is refused: RegistryErrorResponse
  unpullable               it is accepted, and pulling fails until the provisioning times out
  flaky                    the first pull fails, the second one works
  slow-pull                pulling takes a minute

  environment variable     what happens
  EMULATOR_EXIT_CODE=3     the container ends with that exit code
  EMULATOR_SECONDS=90      after so many seconds (2 if not given)
  EMULATOR_LOG=text        it writes that text, line by line, evenly over its time
  EMULATOR_FAILS=2         only its first two runs fail (with 1 if no code is given)

  An azure_file share whose name contains \"missing\" cannot be mounted: FailedMount.

Without these a small shell runs the command: echo, sleep, exit, true, false,
tail -f /dev/null, while, ;, && and ||.

Under restart policy Always, and OnFailure after a failure, a container that ends is started
again after 10, 20, 40, 80, 160 and then every 300 seconds, with BackOff events and
CrashLoopBackOff in between. Under Never a failure leaves the group in state Failed, with its
provisioning Succeeded.";

/// Milliseconds before each further try to pull or mount, from the one before.
const TRIES: [i64; 6] = [10_000, 20_000, 40_000, 80_000, 160_000, 300_000];
/// How long a slow pull takes, in milliseconds.
const SLOW: i64 = 60_000;
/// The provisioning timeout, in milliseconds.
const TIMEOUT: i64 = 1_800_000;

/// What stands in the way of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The image of that name is never found.
    Image,
    /// The first pull fails.
    FirstPull,
    /// A share is never found.
    Mount,
}

/// The obstacle of one container with its image and its group's properties.
pub(crate) fn obstacle(image: &str, properties: &Map<String, Value>) -> Option<Obstacle> {
    let share = |volume: &Value| {
        volume.pointer("/azureFile/shareName").and_then(Value::as_str).is_some_and(|name| name.contains("missing"))
    };
    if items(properties, "volumes").iter().any(share) {
        return Some(Obstacle::Mount);
    }
    if image.contains("unpullable") {
        return Some(Obstacle::Image);
    }
    image.contains("flaky").then_some(Obstacle::FirstPull)
}

fn images(properties: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let containers = items(properties, "initContainers").iter().chain(items(properties, "containers"));
    containers.filter_map(|container| container.pointer("/properties/image").and_then(Value::as_str))
}

/// How long a launch takes beyond what the settings say, in milliseconds, and the message with
/// which it fails if it never comes to an end.
pub(crate) fn delay(properties: &Map<String, Value>) -> (i64, Option<String>) {
    let mut delay = 0;
    for image in images(properties) {
        match obstacle(image, properties) {
            Some(Obstacle::FirstPull) => delay = delay.max(TRIES[0]),
            Some(obstacle) => {
                let words = "Subscription deployment didn't reach a successful provisioning state after '00:30:00'.";
                let [_, (_, _, failed), _] = failures(obstacle, image);
                return (TIMEOUT, Some(format!("{failed};{words}")));
            }
            None if image.contains("slow-pull") => delay = delay.max(SLOW),
            None => {}
        }
    }
    (delay, None)
}

/// When the tries before `until` begin, in milliseconds after the first.
pub(crate) fn tries(obstacle: Obstacle, until: i64) -> Vec<i64> {
    let mut tries = Vec::new();
    let mut at = 0;
    while at <= until && (tries.is_empty() || obstacle != Obstacle::FirstPull) {
        let pause = TRIES.get(tries.len()).or(TRIES.last()).copied().unwrap_or(TIMEOUT);
        tries.push(at);
        at += pause;
    }
    tries
}

/// The events of a failed try: type, name and message. Sources: Azure Container Instances,
/// "Troubleshoot common issues", for images; Kubernetes for volumes, whose words the service was seen to use.
pub(crate) fn failures(obstacle: Obstacle, image: &str) -> [(&'static str, &'static str, String); 3] {
    match obstacle {
        Obstacle::Mount => [
            ("Normal", "Pulled", format!("Successfully pulled image \"{image}\"")),
            (
                "Warning",
                "FailedMount",
                "MountVolume.SetUp failed for volume: mount error(2): No such file or directory".to_owned(),
            ),
            ("Warning", "BackOff", "Back-off mounting volume".to_owned()),
        ],
        _ => [
            ("Normal", "Pulling", format!("pulling image \"{image}\"")),
            (
                "Warning",
                "Failed",
                format!("Failed to pull image \"{image}\": rpc error: code 2 desc Error: image {image} not found"),
            ),
            ("Normal", "BackOff", format!("Back-off pulling image \"{image}\"")),
        ],
    }
}
