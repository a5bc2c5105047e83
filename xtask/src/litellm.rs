//! LiteLLM itself, as far as the tests need it: its Python client and command line in a virtual environment, and a database
//! that its own migrations made. Both come from Python's package index, as pip is configured, and stay in `target/litellm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::postgres::Postgres;
use crate::{root, step, tools};

/// The package with LiteLLM's migrations.
const MIGRATIONS: &str = "litellm-proxy-extras==0.4.110";

/// What the virtual environment holds: LiteLLM, and of what it needs only what the client and the command line import.
const REQUIREMENTS: &str = "crates/server/tests/clients/requirements.txt";

pub fn folder() -> PathBuf {
    root().join("target/litellm")
}

/// Brings what is not there yet.
pub fn fetch() -> anyhow::Result<()> {
    environment()?;
    migrations()?;
    Ok(())
}

/// The virtual environment's Python, with LiteLLM's client and command line beside it. Made once, and again when the list of
/// what it holds has changed.
pub fn environment() -> anyhow::Result<PathBuf> {
    let environment = folder().join("venv");
    let python = environment.join("bin/python");
    let wanted = std::fs::read_to_string(root().join(REQUIREMENTS))?;
    let stamp = environment.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    tools::python()?;
    tools::python_venv()?;
    std::fs::create_dir_all(folder())?;
    step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    step(pip(&python, "install").args(["--no-compile", "-r"]).arg(root().join(REQUIREMENTS)))?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

/// Wheels only: nobody's build scripts run here.
pub fn pip(python: &Path, what: &str) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", what, "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    command
}

/// LiteLLM's migrations, in their order.
fn migrations() -> anyhow::Result<Vec<PathBuf>> {
    let package = folder().join(MIGRATIONS.replace("==", "-"));
    if !package.exists() {
        let wheels = folder().join("wheels");
        tools::python()?;
        tools::python_pip()?;
        step(pip(Path::new("python3"), "download").arg("--dest").arg(&wheels).arg(MIGRATIONS))?;
        let name = MIGRATIONS.replace('-', "_").replace("==", "-");
        let wheel = std::fs::read_dir(&wheels)?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&name)))
            .with_context(|| format!("{MIGRATIONS} was downloaded and is not in {}", wheels.display()))?;
        // Whole or not at all.
        let unpacked = package.with_extension("unpacking");
        let _ = std::fs::remove_dir_all(&unpacked);
        step(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked))?;
        std::fs::rename(unpacked, &package)?;
    }
    let folder = package.join("litellm_proxy_extras/migrations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .flatten()
        .map(|entry| entry.path().join("migration.sql"))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    anyhow::ensure!(files.len() > 200, "{} holds only {} migrations", folder.display(), files.len());
    Ok(files)
}

/// Makes a database with nothing in it but what LiteLLM's migrations put there, and gives its name.
pub fn migrate(server: &Postgres) -> anyhow::Result<&'static str> {
    let name = "litellm_migrated";
    let files = migrations()?;
    server.create_database(name, "template0")?;
    // One after the other and each statement by itself, as Prisma does it: an index that is made CONCURRENTLY stands alone in
    // its migration.
    let mut psql = server.psql(name);
    for file in &files {
        psql.arg("-f").arg(file);
    }
    eprintln!("xtask: psql: {} migrations of LiteLLM's", files.len());
    let output = psql.output().context("cannot run psql")?;
    anyhow::ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(name)
}
