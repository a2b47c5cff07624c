//! Clients that others generate from the description: they must compile, and play a handover with a real gateway.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::live::{COLLEGE, DOORSTROOMPUNT, Live, SCHOOL};
use crate::support::left_out;

const DESCRIPTION: &str = "docs/openapi.json";

/// Whether the tool of others is here; if not, that is said, or fails where CI asks for it.
pub(super) fn is_here(tool: &str, there: bool) -> bool {
    if !there {
        let required = std::env::var_os("SLUIS_INTEROP").is_some_and(|value| value == "required");
        assert!(!required, "there is no {tool}, and SLUIS_INTEROP=required");
        left_out(&format!("what other people's tools say: there is no {tool}, see tests/interop/README.md"));
    }
    there
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn interop_a_generated_python_client_pushes_pulls_evaluates_and_acknowledges() {
    let check = Command::new("python3").args(["-c", "import openapi_python_client, jwcrypto"]).output();
    if !is_here("openapi-python-client", check.is_ok_and(|output| output.status.success())) {
        return;
    }
    let live = Live::begun();
    let mut command = Command::new("python3");
    command.args(["tests/interop/generated_client.py", DESCRIPTION]);
    for party in [SCHOOL, COLLEGE, DOORSTROOMPUNT] {
        command.arg(live.program.path(&format!("try/parties/{party}/profile.toml")));
    }
    let played = command.output().unwrap();
    assert!(played.status.success(), "{}", said(&played));
    // The college's part, and no more.
    let content: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert!(content["profiel"].is_object() && content.get("leerplicht").is_none(), "{content}");
}

#[test]
fn interop_generated_types_compile() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new("tests/interop/compile_types.sh");
    let compiled = Command::new("bash").arg(script).args([DESCRIPTION]).arg(folder.path()).output().unwrap();
    if is_here("openapi-typescript or tsc", compiled.status.code() != Some(3)) {
        assert!(compiled.status.success(), "{}", said(&compiled));
    }
}
