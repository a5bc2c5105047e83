//! What the journeys in a browser need: Chromium with its driver from Debian, and axe-core in a wheel from pip.

use std::path::PathBuf;
use std::process::Command;

use crate::{litellm, root, step, tools};

/// The wheel that has `axe.min.js`, 4.12.1.
const AXE: &str = "axe-playwright-python==0.1.8";

/// Where they are.
pub struct Browser {
    pub driver: PathBuf,
    pub axe: PathBuf,
}

impl Browser {
    /// Brings what is not there yet.
    pub fn fetch() -> anyhow::Result<Browser> {
        let driver = tools::chromedriver()?;
        let folder = root().join("target/browser").join(AXE.replace("==", "-"));
        let axe = folder.join("axe_playwright_python/axe.min.js");
        if !axe.exists() {
            tools::python()?;
            tools::python_pip()?;
            let wheels = folder.join("wheels");
            std::fs::create_dir_all(&wheels)?;
            step(litellm::pip("python3".as_ref(), "download").arg("--dest").arg(&wheels).arg(AXE))?;
            for wheel in std::fs::read_dir(&wheels)? {
                let mut unzip = Command::new("python3");
                step(unzip.args(["-m", "zipfile", "-e"]).arg(wheel?.path()).arg(&folder))?;
            }
            anyhow::ensure!(axe.exists(), "{AXE} has no {}", axe.display());
        }
        Ok(Browser { driver, axe })
    }

    pub fn give_to(&self, tests: &mut Command) {
        tests.env("DAYBOOK_TEST_CHROMEDRIVER", &self.driver).env("DAYBOOK_TEST_AXE", &self.axe);
    }
}
