//! Programs that the tests need: found, or installed where that can be done without asking (Debian, as root or with sudo).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step;

/// Python 3, which replays the recordings and runs LiteLLM's clients.
pub fn python() -> anyhow::Result<()> {
    if in_path("python3").is_none() {
        install("python3", "python3")?;
        anyhow::ensure!(in_path("python3").is_some(), "python3 was installed and is not in PATH");
    }
    Ok(())
}

/// What makes virtual environments, which Debian keeps in a package of its own.
pub fn python_venv() -> anyhow::Result<()> {
    let has_it = || {
        let asked = Command::new("python3").args(["-c", "import venv, ensurepip"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    if !has_it() {
        install("Python's venv", "python3-venv")?;
        anyhow::ensure!(has_it(), "python3-venv was installed and python3 does not find it");
    }
    Ok(())
}

/// What fetches packages, which Debian keeps in a package of its own.
pub fn python_pip() -> anyhow::Result<()> {
    let has_it = || {
        let mut asked = Command::new("python3");
        asked.args(["-m", "pip", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    if !has_it() {
        install("Python's pip", "python3-pip")?;
        anyhow::ensure!(has_it(), "python3-pip was installed and python3 does not find it");
    }
    Ok(())
}

/// Openssl's command line.
pub fn openssl() -> anyhow::Result<()> {
    if in_path("openssl").is_none() {
        install("openssl", "openssl")?;
        anyhow::ensure!(in_path("openssl").is_some(), "openssl was installed and is not in PATH");
    }
    Ok(())
}

/// Go, and the sources of its packages for transparency logs, where Debian puts them.
pub fn go() -> anyhow::Result<()> {
    if in_path("go").is_none() {
        install("Go", "golang-go")?;
        anyhow::ensure!(in_path("go").is_some(), "golang-go was installed and go is not in PATH");
    }
    let sources = Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog");
    if !sources.exists() {
        install("Go's golang.org/x/mod", "golang-golang-x-mod-dev")?;
        anyhow::ensure!(sources.exists(), "golang-golang-x-mod-dev was installed and is not in {}", sources.display());
    }
    Ok(())
}

/// What drives Chromium, with Chromium.
pub fn chromedriver() -> anyhow::Result<PathBuf> {
    if let Some(driver) = in_path("chromedriver") {
        return Ok(driver);
    }
    install("Chromium's driver", "chromium-driver")?;
    in_path("chromedriver").ok_or_else(|| anyhow::anyhow!("chromium-driver was installed and is not in PATH"))
}

/// The folder with `initdb`, `postgres` and `pg_ctl`.
pub fn postgres() -> anyhow::Result<PathBuf> {
    if let Some(folder) = find_postgres() {
        return Ok(folder);
    }
    install("PostgreSQL", "postgresql")?;
    find_postgres().ok_or_else(|| anyhow::anyhow!("PostgreSQL was installed and its programs are not to be found"))
}

/// Debian's folder of the newest version, else where PATH has `initdb`.
fn find_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .max();
    newest.map(|(_, folder)| folder).or_else(|| Some(in_path("initdb")?.parent()?.to_owned()))
}

fn in_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn install(what: &str, package: &str) -> anyhow::Result<()> {
    let by_hand = format!("{what} is not installed; on Debian and Ubuntu: sudo apt-get install -y {package}");
    anyhow::ensure!(in_path("apt-get").is_some(), "{by_hand}");
    let apt = |arguments: &[&str]| {
        let mut command = if is_root() {
            Command::new("env")
        } else {
            let mut command = Command::new("sudo");
            command.args(["-n", "env"]);
            command
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        step(&mut command)
    };
    anyhow::ensure!(is_root() || may_sudo(), "{by_hand}");
    // A fresh machine has no package lists yet; an old list may name versions that are gone.
    apt(&["update"])
        .and_then(|()| apt(&["install", "-y", "--no-install-recommends", package]))
        .map_err(|error| error.context(by_hand.clone()))
}

fn may_sudo() -> bool {
    let asked = Command::new("sudo").args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// PostgreSQL refuses to run as root; then it runs as its own user.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // The owner of a process's own folder in /proc is its effective user.
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|own| own.uid() == 0)
}
