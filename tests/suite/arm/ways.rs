//! Every way to sign in, end to end against the emulator in this process.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::federated::{Federation, Pipeline};
use acier::arm::auth::managed_identity::ManagedIdentity;
use acier::arm::auth::{Credentials, Secret, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::error::{ArmError, Sort};
use acier::arm::lro::Verdict;
use acier::arm::registration::register;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::{Federated, Identity, Settings, Workload};
use serde_json::json;
use tokio::time::Instant;

use super::certificates::read;

/// Where the emulated clock begins; seconds since 1970.
const START: i64 = 1_800_000_000;

/// The emulator, with a list of what it was asked and answered.
struct Cloud {
    inner: Embedded,
    seen: RefCell<Vec<(Request, u16)>>,
    /// Headers that are refused although they have not run out.
    revoked: RefCell<Vec<String>>,
    origin: Instant,
}

impl Transport for &Cloud {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        let header = |request: &Request| request.headers.iter().find(|(name, _)| name == "authorization").cloned();
        let revoked = header(&request).is_some_and(|(_, value)| self.revoked.borrow().contains(&value));
        // Others get their turn between a request and its answer, as on a network.
        tokio::task::yield_now().await;
        let answer = match revoked {
            true => Response { status: 401, headers: Vec::new(), body: Vec::new() },
            false => self.inner.send(request.clone()).await?,
        };
        self.seen.borrow_mut().push((request, answer.status));
        Ok(answer)
    }
}

impl Cloud {
    fn new(settings: Settings) -> Cloud {
        let inner = Embedded::open_at(None, settings, START * 1_000).unwrap();
        Cloud { inner, seen: RefCell::default(), revoked: RefCell::default(), origin: Instant::now() }
    }

    fn client(&self, credentials: Credentials) -> Client<&Cloud> {
        self.client_whose_clock_is_off(credentials, 0)
    }

    fn client_whose_clock_is_off(&self, credentials: Credentials, seconds: i64) -> Client<&Cloud> {
        let origin = self.origin;
        let now = move || START + seconds + i64::try_from(origin.elapsed().as_secs()).unwrap();
        let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).unwrap();
        let options = Options::new(Identity::default().subscription);
        Client::new(self, SignIn::at(credentials, Rc::new(now)), endpoints, options)
    }

    /// How many requests for tokens of ours came.
    fn exchanges(&self) -> usize {
        let seen = self.seen.borrow();
        let tokens = ["/oauth2/v2.0/token", "/metadata/identity/oauth2/token", "/msi/token"];
        seen.iter().filter(|(request, _)| tokens.iter().any(|path| request.url.contains(path))).count()
    }
}

fn path() -> String {
    format!("/subscriptions/{}?api-version=2022-12-01", Identity::default().subscription)
}

fn certificate(name: &str, password: Option<&str>) -> Credentials {
    let Identity { tenant, client, .. } = Identity::default();
    Credentials::ClientCertificate { tenant, client, certificate: Rc::new(read(name, password)) }
}

fn federated(federation: Federation) -> Credentials {
    let Identity { tenant, client, .. } = Identity::default();
    Credentials::Federated { tenant, client, federation }
}

fn pipeline(path: &str) -> Pipeline {
    Pipeline::new(&format!("{BASE}/acier/oidc/{path}"), Identity::default().secret.into()).unwrap()
}

fn identity(path: &str, header: Option<&str>, client: Option<&str>) -> Credentials {
    let endpoint = format!("{BASE}{path}");
    let header = header.map(Secret::from);
    Credentials::ManagedIdentity(ManagedIdentity::new(Some(&endpoint), None, header, client).unwrap())
}

const IMDS: &str = "/metadata/identity/oauth2/token";

#[tokio::test(start_paused = true)]
async fn every_way_signs_in() {
    let own = Identity::default();
    let secret = Credentials::ClientSecret {
        tenant: own.tenant.clone(),
        client: own.client.clone(),
        secret: own.secret.clone().into(),
    };
    let machine = ManagedIdentity::new(None, None, None, None).unwrap();
    let ways = [
        ("secret", secret),
        ("PKCS#12", certificate("modern.pfx", Some("hush"))),
        ("old PKCS#12", certificate("legacy.pfx", Some("hush"))),
        ("PEM", certificate("sealed.pem", Some("hush"))),
        ("GitHub", federated(Federation::GitHub(pipeline("github")))),
        ("GitHub with a query", federated(Federation::GitHub(pipeline("github?api-version=2.0")))),
        ("Azure DevOps", federated(Federation::AzureDevOps(pipeline("devops"), "connection".into()))),
        ("machine", Credentials::ManagedIdentity(machine)),
        ("one identity of a machine", identity(IMDS, None, Some(&own.client))),
        ("app", identity("/msi/token", Some(&own.secret), Some(&own.client))),
    ];
    for (way, credentials) in ways {
        let cloud = Cloud::new(Settings::default());
        let client = cloud.client(credentials);
        let found = client.get(&path()).await.unwrap_or_else(|error| panic!("{way}: {error:?}"));
        assert_eq!(found.unwrap()["subscriptionId"], own.subscription.as_str(), "{way}");
        assert_eq!(client.claims().await.unwrap()["appid"], own.client.as_str(), "{way}");
        assert_eq!(cloud.exchanges(), 1, "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_file_is_read_again_for_each_exchange() {
    let cloud = Cloud::new(Settings { token_seconds: 30, ..Settings::default() });
    let issuer = cloud.client(federated(Federation::GitHub(pipeline("github"))));
    issuer.get(&path()).await.unwrap();
    let form = cloud.seen.borrow().iter().find_map(|(request, _)| request.body.clone()).unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&form).into_owned().collect();
    let token = fields.into_iter().find(|(name, _)| name == "client_assertion").unwrap().1;
    let reads = Rc::new(Cell::new(0));
    let counted = reads.clone();
    let client = cloud.client(federated(Federation::Read(Rc::new(move || {
        counted.set(counted.get() + 1);
        match counted.get() {
            1 | 2 => Ok(Secret::new(format!("{token}\n"))),
            _ => Err("the file is gone".to_owned()),
        }
    }))));
    client.get(&path()).await.unwrap();
    tokio::time::advance(Duration::from_secs(40)).await;
    client.get(&path()).await.unwrap();
    tokio::time::advance(Duration::from_secs(40)).await;
    let error = client.get(&path()).await.unwrap_err();
    assert_eq!((error.sort, error.message.as_str()), (Sort::SignIn, "the file is gone"));
    assert_eq!(reads.get(), 3);
}

#[tokio::test(start_paused = true)]
async fn tokens_of_thirty_seconds_last_through_a_creation_of_twenty_minutes() {
    let settings = Settings { token_seconds: 30, latency: 20 * 60_000, ..Settings::default() };
    for credentials in [certificate("modern.pfx", Some("hush")), identity(IMDS, None, None)] {
        let cloud = Cloud::new(settings.clone());
        let client = cloud.client(credentials);
        let group = format!("/subscriptions/{}/resourceGroups/rg", client.subscription());
        let here = json!({"location": "westeurope"});
        client.send("PUT", &format!("{group}?api-version=2022-09-01"), Some(&here)).await.unwrap();
        let body = json!({"location": "westeurope", "properties": {"osType": "Linux", "containers": [
            {"name": "a", "properties": {"image": "a", "resources": {"requests": {"cpu": 1.0, "memoryInGB": 1.0}}}}]}});
        let path = format!("{group}/providers/Microsoft.ContainerInstance/containerGroups/web?api-version=2023-05-01");
        let mut verdict = client.begin("PUT", &path, Some(&body)).await.unwrap();
        let mut polls = 0;
        while let Verdict::Wait { ticket, .. } = verdict {
            tokio::time::advance(Duration::from_secs(10)).await;
            verdict = client.poll(&ticket).await.unwrap();
            polls += 1;
        }
        assert!(matches!(verdict, Verdict::Finished { .. }), "{verdict:?}");
        assert!(polls >= 119, "{polls}");
        // Each token is used for fifteen seconds at least, and for thirty at most.
        assert!((40..=80).contains(&cloud.exchanges()), "{}", cloud.exchanges());
        let refused = cloud.seen.borrow().iter().filter(|(_, status)| *status == 401).count();
        assert_eq!(refused, 0, "a token was used after its end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_is_replaced_once_for_all_calls() {
    let cloud = Cloud::new(Settings::default());
    let client = cloud.client(certificate("modern.pfx", Some("hush")));
    client.get(&path()).await.unwrap();
    // A second later the emulator's next token is another one.
    tokio::time::advance(Duration::from_secs(1)).await;
    let header = cloud.seen.borrow()[1].0.headers.iter().find(|(name, _)| name == "authorization").cloned().unwrap();
    cloud.revoked.borrow_mut().push(header.1);
    let path = path();
    let answers = futures_util::future::join_all((0..20).map(|_| client.get(&path))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let refused = cloud.seen.borrow().iter().filter(|(_, status)| *status == 401).count();
    assert!(refused >= 1);
    assert_eq!(cloud.exchanges(), 2);
}

async fn refusal(cloud: &Cloud, credentials: Credentials, clock: i64) -> ArmError {
    let client = cloud.client_whose_clock_is_off(credentials, clock);
    client.get(&path()).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn proofs_that_are_not_good_are_refused_in_the_services_words() {
    let own = certificate("modern.pfx", Some("hush"));
    let github = || federated(Federation::GitHub(pipeline("github")));
    let trusting = |change: &dyn Fn(&mut Federated)| {
        let mut record = Federated::of(Workload::GitHub);
        change(&mut record);
        Settings { federated: vec![record], ..Settings::default() }
    };
    let plain = Settings::default;
    let nobody = Settings { certificates: Vec::new(), ..plain() };
    let other = Credentials::ClientCertificate {
        tenant: "t".into(),
        client: "somebody-else".into(),
        certificate: Rc::new(read("modern.pfx", Some("hush"))),
    };
    let rows = [
        (plain(), certificate("other.pem", None), 0, "AADSTS700027", "is not registered on application"),
        (nobody, own.clone(), 0, "AADSTS700027", "The key was not found"),
        (plain(), own.clone(), 3_600, "AADSTS700024", "not within its valid time range"),
        (plain(), own.clone(), -3_600, "AADSTS700024", "Current time: 2027-01-15T08:00:00Z"),
        (plain(), other, 0, "AADSTS700016", "'somebody-else' was not found in the directory"),
        (trusting(&|own| own.issuer.push('x')), github(), 0, "AADSTS700211", "issuer 'https://issuer.acier.invalid'"),
        (trusting(&|own| own.subject.push('x')), github(), 0, "AADSTS700213", "subject 'repo:acier/emulator"),
        (trusting(&|own| own.audience.push('x')), github(), 0, "AADSTS700212", "audience 'api://AzureAD"),
        (trusting(&|own| own.key[20] ^= 1), github(), 0, "AADSTS50013", "signature validation"),
        (plain(), federated(Federation::Read(Rc::new(|| Ok("a.b.c".into())))), 0, "AADSTS50027", "malformed"),
        (plain(), identity(IMDS, None, Some("another")), 0, "", "gave no token: Identity not found"),
        (plain(), identity("/msi/token", Some("not-this-one"), None), 0, "", "X-IDENTITY-HEADER is missing or wrong"),
    ];
    for (settings, credentials, clock, code, words) in rows {
        let cloud = Cloud::new(settings);
        let error = refusal(&cloud, credentials, clock).await;
        assert_eq!(error.sort, Sort::SignIn, "{error:?}");
        assert!(error.message.starts_with(code) && error.message.contains(words), "{code}: {error:?}");
        assert_eq!(cloud.exchanges(), 1, "a refused proof is not tried again");
    }
    let wrong = Pipeline::new(&format!("{BASE}/acier/oidc/github"), "not-this-one".into()).unwrap();
    let error = refusal(&Cloud::new(plain()), federated(Federation::GitHub(wrong)), 0).await;
    assert!(
        error.message.starts_with("The pipeline's OIDC token service gave no token: The request token"),
        "{error:?}"
    );
}

#[test]
fn addresses_that_would_give_secrets_away_are_refused() {
    for (url, words) in [
        ("http://issuer.example/token", "unencrypted to another machine"),
        ("ftp://issuer.example", "begins with ftp://"),
        ("token", "relative URL"),
    ] {
        let why = Pipeline::new(url, "hush".into()).map(|_| ()).unwrap_err();
        assert!(why.message.contains(words) && !why.message.contains("hush"), "{why:?}");
    }
    for (url, fine) in [
        ("http://127.0.0.1:41000/msi/token", true),
        ("http://169.254.130.2:8081/msi/token", true),
        ("http://10.0.0.4/token", true),
        ("http://localhost:50342/oauth2/token", true),
        ("https://identity.example/token", true),
        ("http://identity.example/token", false),
        ("http://8.8.8.8/token", false),
        ("identity.example", false),
    ] {
        assert_eq!(ManagedIdentity::new(Some(url), None, None, None).is_ok(), fine, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_also_prove_who_they_are_in_other_tenants() {
    let cloud = Cloud::new(Settings::default());
    let own = certificate("modern.pfx", Some("hush"));
    let origin = cloud.origin;
    let now = Rc::new(move || START + i64::try_from(origin.elapsed().as_secs()).unwrap());
    let elsewhere = ["tenant-b", "tenant-c"].map(|tenant| SignIn::at(own.in_tenant(tenant).unwrap(), now.clone()));
    let client = cloud.client(own).with_auxiliary(elsewhere.into());
    client.get(&path()).await.unwrap();
    client.get(&path()).await.unwrap();
    let seen = cloud.seen.borrow();
    let tenants: Vec<&str> = seen.iter().filter_map(|(request, _)| request.url.split('/').nth(3)).collect();
    assert_eq!(&tenants[1..3], ["tenant-b", "tenant-c"], "{tenants:?}");
    assert_eq!(seen.len(), 5);
    let header = |request: &Request| {
        let found = request.headers.iter().find(|(name, _)| name == "x-ms-authorization-auxiliary");
        found.map(|(_, value)| value.matches("Bearer ey").count())
    };
    assert_eq!(
        seen.iter().map(|(request, _)| header(request)).collect::<Vec<_>>(),
        [None, None, None, Some(2), Some(2)]
    );
    assert!(identity(IMDS, None, None).in_tenant("t").is_none());
}

#[tokio::test(start_paused = true)]
async fn resource_providers_are_registered_once() {
    let cloud = Cloud::new(Settings::default());
    let client = cloud.client(identity(IMDS, None, None));
    let namespace = format!("/subscriptions/{}/providers/Microsoft.ContainerInstance", client.subscription());
    client.send("POST", &format!("{namespace}/unregister?api-version=2022-09-01"), None).await.unwrap();
    let wanted = ["Microsoft.ContainerInstance".to_owned(), "Microsoft.Network".to_owned()];
    for posts in [1, 1] {
        cloud.seen.borrow_mut().retain(|(request, _)| request.url.ends_with("/register?api-version=2022-09-01"));
        register(&client, &wanted).await.unwrap();
        let seen = cloud.seen.borrow();
        assert_eq!(seen.iter().filter(|(request, _)| request.method == "POST").count(), posts);
    }
    let error = register(&client, &["Microsoft.Nowhere".to_owned()]).await.unwrap_err();
    assert_eq!(error.code, "InvalidResourceNamespace");
}
