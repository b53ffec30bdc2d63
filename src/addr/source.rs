//! Where a module comes from: `./network`, `git::https://host/repo.git//sub?ref=v1`.
//!
//! **Never:** look anywhere: a source is read as text. In: the `source` of a module call. Out: a
//! local path, or a repository with what is wanted of it. Sources that acier does not fetch are
//! errors that say what to write. Source of the rules: Terraform documentation, "Module Sources".

use std::fmt;
use std::ops::Range;

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A path, relative to the module that calls it: `./network`, `../network`.
    Local(String),
    /// A git repository.
    Git(Git),
}

/// A git repository, and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// What git is given: `https://host/repo.git`. It may hold a password; show [`Git::shown`].
    pub url: String,
    /// The folder inside, without slashes around it.
    pub subfolder: Option<String>,
    /// A branch, a tag or a commit; the default branch without it.
    pub reference: Option<String>,
    /// How many commits to fetch.
    pub depth: Option<u32>,
}

/// Why a text is no source that acier fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSource {
    /// In a few words.
    pub summary: String,
    /// In full sentences.
    pub detail: String,
    /// What to write instead.
    pub hint: String,
}

/// The ways of git that may be written behind `git::`.
const SCHEMES: [&str; 5] = ["https", "http", "ssh", "git", "file"];

impl Source {
    /// Reads the `source` of a module call.
    ///
    /// # Errors
    /// Why it cannot be used, and what to write instead.
    pub fn parse(text: &str) -> Result<Source, NoSource> {
        if ["./", "../", ".\\", "..\\"].iter().any(|start| text.starts_with(start)) || text == ".." {
            return Ok(Source::Local(text.replace('\\', "/")));
        }
        if let Some((kind, rest)) = text.split_once("::").filter(|(kind, _)| is_word(kind)) {
            return match kind {
                "git" => git(text, rest),
                "hg" | "s3" | "gcs" => Err(foreign(text, kind)),
                _ => Err(invalid(text, &format!("There is no kind of source that is called {kind:?}."))),
            };
        }
        if let Some(rest) = text.strip_prefix("github.com/").or_else(|| text.strip_prefix("bitbucket.org/")) {
            let host = if text.starts_with("github") { "github.com" } else { "bitbucket.org" };
            return hosted(text, host, rest);
        }
        if text.starts_with("git@") {
            return git(text, text);
        }
        if text.contains("://") || is_bucket(text) {
            return Err(foreign(text, text.split("://").next().unwrap_or_default()));
        }
        if text.starts_with('/') || text.as_bytes().get(1) == Some(&b':') {
            let detail = format!("The source {text:?} is an absolute path, and exists on this machine only.");
            let hint = "Write a path relative to the folder of the module, such as \"../network\".";
            return Err(NoSource { summary: INVALID.into(), detail, hint: hint.into() });
        }
        if is_registry(text) {
            return Err(registry(text));
        }
        Err(invalid(text, ""))
    }
}

const INVALID: &str = "Invalid module source address";

fn invalid(text: &str, why: &str) -> NoSource {
    let detail =
        format!("{why} The source {:?} names neither a local folder nor a git repository.", hide_password(text));
    let hint = if text.is_empty() || text.contains("::") {
        "Write a path such as \"./network\", or git:: and the address of a repository.".to_owned()
    } else if text == "." {
        "Write a path such as \"./network\"; a module cannot call itself.".to_owned()
    } else {
        format!("For a folder, write \"./{text}\"; for a repository, git:: and its address.")
    };
    NoSource { summary: INVALID.into(), detail: detail.trim_start().into(), hint }
}

/// What other tools fetch from elsewhere than git.
fn foreign(text: &str, kind: &str) -> NoSource {
    let shown = hide_password(text);
    let (what, hint) = match kind {
        "hg" => ("A Mercurial source", "Mirror the repository to git and write git:: and its address.".to_owned()),
        "s3" | "gcs" => {
            let hint = "Keep the module in a git repository and write git:: and its address, with ?ref= and a tag.";
            ("A bucket as a module source", hint.to_owned())
        }
        "ssh" | "git" => ("A source without git::", format!("Write \"git::{shown}\".")),
        "file" => ("A source without git::", "Write a path such as \"../network\", or git::file:// and a path.".into()),
        "http" | "https" if text.split(['?', '#']).next().is_some_and(|path| path.contains(".git")) => {
            ("A source without git::", format!("Write \"git::{shown}\"."))
        }
        _ => {
            let hint = "Write git:: and the address of the repository that it is made from, with ?ref= and a tag.";
            ("An archive as a module source", hint.to_owned())
        }
    };
    let detail = format!("acier fetches modules with git alone, and {shown:?} is nothing that git reads.");
    NoSource { summary: format!("{what} is not supported"), detail, hint }
}

fn registry(text: &str) -> NoSource {
    let parts: Vec<&str> = text.split("//").next().unwrap_or_default().split('/').collect();
    let detail = format!("acier asks no module registry, and {text:?} is a name in one.");
    let hint = match parts.as_slice() {
        [owner, name, provider] => format!(
            "Write the repository that the module is published from, which is named terraform-{provider}-{name}: \
             \"git::https://github.com/{owner}/terraform-{provider}-{name}.git?ref=v1.2.3\", and remove the argument \
             version."
        ),
        _ => "Write the repository that the module is published from: git::https://..., with ?ref= and a tag, and \
              remove the argument version."
            .to_owned(),
    };
    NoSource { summary: "A registry as a module source is not supported".into(), detail, hint }
}

/// `namespace/name/provider`, with a host before it or without.
fn is_registry(text: &str) -> bool {
    let parts: Vec<&str> = text.split("//").next().unwrap_or_default().split('/').collect();
    let parts = match parts.as_slice() {
        [host, rest @ ..] if rest.len() == 3 && host.contains(['.', ':']) || *host == "localhost" => rest,
        all => all,
    };
    parts.len() == 3 && parts.iter().all(|part| is_word(part))
}

fn is_bucket(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    host.ends_with(".amazonaws.com") || text.starts_with("www.googleapis.com/storage")
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// `github.com/owner/name`, what stands behind that is the folder inside.
fn hosted(text: &str, host: &str, rest: &str) -> Result<Source, NoSource> {
    let (path, query) = rest.split_once('?').map_or((rest, ""), |(path, query)| (path, query));
    let (path, folder) = path.split_once("//").map_or((path, ""), |(path, folder)| (path, folder));
    let mut parts = path.trim_end_matches('/').split('/');
    let (Some(owner), Some(name)) = (parts.next(), parts.next()) else {
        return Err(invalid(text, "Both the owner and the name of a repository are needed."));
    };
    if owner.is_empty() || name.is_empty() {
        return Err(invalid(text, "Both the owner and the name of a repository are needed."));
    }
    let inner: Vec<&str> = parts.chain(folder.split('/')).filter(|part| !part.is_empty()).collect();
    let name = name.strip_suffix(".git").unwrap_or(name);
    let folder = if inner.is_empty() { String::new() } else { format!("//{}", inner.join("/")) };
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    git(text, &format!("https://{host}/{owner}/{name}.git{folder}{query}"))
}

/// What stands behind `git::`.
fn git(text: &str, rest: &str) -> Result<Source, NoSource> {
    let (address, query) = rest.split_once('?').map_or((rest, ""), |(address, query)| (address, query));
    let start = address.find("://").map_or(0, |at| at + 3);
    // Behind `file://` stands the third slash of the path.
    let start = start + address[start..].len() - address[start..].trim_start_matches('/').len();
    let (url, folder) = match address[start..].find("//") {
        Some(at) => (&address[..start + at], &address[start + at + 2..]),
        None => (address, ""),
    };
    let url = transport(text, url)?;
    let subfolder = inside(text, folder)?;
    let mut found = Git { url, subfolder, reference: None, depth: None };
    let mut kept = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.replace('+', "%2B").as_bytes()) {
        match &*name {
            "ref" => {
                check_reference(text, &value)?;
                found.reference = (!value.is_empty()).then(|| value.into_owned());
            }
            "depth" => {
                let depth = value.parse::<u32>().ok().filter(|depth| *depth > 0);
                let why = format!("The depth {value:?} is not a number of commits.");
                found.depth = Some(depth.ok_or_else(|| bad(text, &why, "Write a number such as depth=1."))?);
            }
            "sshkey" => {
                let hint = "Add the key to the ssh agent, or name it for the host in the configuration of ssh.";
                return Err(bad(text, "acier reads no private keys from configuration, as sshkey= gives one.", hint));
            }
            _ => kept.push(format!("{name}={value}")),
        }
    }
    if !kept.is_empty() {
        found.url = format!("{}?{}", found.url, kept.join("&"));
    }
    Ok(Source::Git(found))
}

/// The address for git: only ways that fetch, and nothing that could be taken for an option.
fn transport(text: &str, url: &str) -> Result<String, NoSource> {
    let hint = "Write git::https://host/repository.git, or git::ssh://git@host/repository.git.";
    if let Some((scheme, rest)) = url.split_once("://") {
        if !SCHEMES.contains(&scheme) {
            return Err(bad(text, &format!("git is not asked by way of {scheme:?}."), hint));
        }
        let host = rest.split('/').next().unwrap_or_default();
        if rest.is_empty() || (scheme != "file" && host.is_empty()) {
            return Err(bad(text, "The address of the repository is not complete.", hint));
        }
        if host.starts_with('-') || host.rsplit('@').next().is_some_and(|host| host.starts_with('-')) {
            return Err(bad(text, "The name of a host cannot begin with a dash.", hint));
        }
        return Ok(url.to_owned());
    }
    if url.starts_with('/') {
        return Ok(format!("file://{url}"));
    }
    // `git@host:path`, as git itself writes it.
    let Some((login, path)) = url.split_once(':').filter(|(login, path)| {
        let host = login.split_once('@').map_or("", |(_, host)| host);
        !host.is_empty()
            && !login.contains('/')
            && !login.starts_with('-')
            && !host.starts_with('-')
            && !path.is_empty()
    }) else {
        return Err(bad(text, &format!("{url:?} is not the address of a repository."), hint));
    };
    Ok(format!("ssh://{login}/{}", path.trim_start_matches('/')))
}

fn check_reference(text: &str, reference: &str) -> Result<(), NoSource> {
    if reference.starts_with('-') || reference.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let why = format!("{reference:?} cannot be the name of a branch or a tag.");
        return Err(bad(text, &why, "Write the name of a branch or a tag, or a commit."));
    }
    Ok(())
}

/// The folder inside of a repository.
fn inside(text: &str, folder: &str) -> Result<Option<String>, NoSource> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    let why = format!("The subdirectory path {folder:?} leads outside of the module package.");
                    return Err(bad(text, &why, "Name a folder of the repository behind the two slashes."));
                }
            }
            part => parts.push(part),
        }
    }
    Ok((!parts.is_empty()).then(|| parts.join("/")))
}

fn bad(text: &str, why: &str, hint: &str) -> NoSource {
    let detail = format!("The source {:?} cannot be used. {why}", hide_password(text));
    NoSource { summary: INVALID.into(), detail, hint: hint.into() }
}

impl Git {
    /// The address without its password.
    #[must_use]
    pub fn shown(&self) -> String {
        hide_password(&self.url)
    }

    /// A text that others wrote about this repository, without its secrets, also as they are decoded.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for place in secrets(&self.url) {
            let secret = &self.url[place];
            let pair = format!("={}", secret.replace('+', "%2B").replace('&', "%26"));
            let decoded = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, decoded)| decoded.into_owned());
            text = text.replace(secret, HIDDEN);
            if let Some(decoded) = decoded.filter(|decoded| !decoded.is_empty()) {
                text = text.replace(&decoded, HIDDEN);
            }
        }
        text
    }

    /// The last part of the address without its ending: what people call the repository.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.url.split('?').next().unwrap_or_default().trim_end_matches('/');
        let last = path.rsplit(['/', ':']).next().unwrap_or_default();
        last.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(last)
    }
}

/// The source as it is written in one form, without a password.
impl fmt::Display for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown();
        let (url, query) = shown.split_once('?').map_or((&*shown, None), |(url, query)| (url, Some(query)));
        write!(f, "git::{url}")?;
        if let Some(folder) = &self.subfolder {
            write!(f, "//{folder}")?;
        }
        let own = [
            query.map(str::to_owned),
            self.reference.as_ref().map(|reference| format!("ref={reference}")),
            self.depth.map(|depth| format!("depth={depth}")),
        ];
        let own: Vec<String> = own.into_iter().flatten().collect();
        if own.is_empty() { Ok(()) } else { write!(f, "?{}", own.join("&")) }
    }
}

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// The parts of a source that nobody should see: the password of its address, the name where that is
/// the token (no password with it, or `x-oauth-basic`), and a private key.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let start = text.find("://").map_or(text.len(), |at| at + 3);
    let end = text[start..].find(['/', '?']).map_or(text.len(), |at| start + at);
    if let Some(login) = text[start..end].rfind('@') {
        let login = start..start + login;
        let name = text[login.clone()].find(':').map_or(login.end, |at| start + at);
        let password = (name + 1).min(login.end)..login.end;
        // Over ssh the name is a name: git.
        let is_token = text[..start].ends_with("http://") || text[..start].ends_with("https://");
        if is_token && matches!(&text[password.clone()], "" | "x-oauth-basic") {
            found.push(start..name);
        }
        found.push(password);
    }
    let mut at = text.find('?').map_or(text.len(), |at| at + 1);
    for pair in text[at..].split('&') {
        if pair.starts_with("sshkey=") {
            found.push(at + "sshkey=".len()..at + pair.len());
        }
        at += pair.len() + 1;
    }
    found.retain(|place| !place.is_empty());
    found
}

/// Whether a source holds a password, a token or a key, so that it must not be shown.
#[must_use]
pub fn has_password(text: &str) -> bool {
    !secrets(text).is_empty()
}

/// A source without its secrets.
#[must_use]
pub fn hide_password(text: &str) -> String {
    let mut shown = text.to_owned();
    for place in secrets(text).into_iter().rev() {
        shown.replace_range(place, HIDDEN);
    }
    shown
}
