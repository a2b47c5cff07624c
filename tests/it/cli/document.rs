//! `docs/client.md` works as it stands there: a shell plays its commands in their order, to the last line.

use std::{
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use super::live::Live;

/// The commands of the chapter that says that it works literally, each block without its indentation.
fn commands() -> Vec<String> {
    let document = include_str!("../../../docs/client.md");
    let (_, chapter) = document.split_once("\n## A handover from begin to end\n").unwrap();
    let (chapter, _) = chapter.split_once("\n## ").unwrap();
    let blocks = chapter.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let unindented = |block: &str| {
        let lines: Vec<&str> = block.lines().collect();
        let margin = lines[0].len() - lines[0].trim_start().len();
        lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    blocks.map(unindented).collect()
}

#[test]
fn the_handover_in_the_document_is_played_to_its_last_line() {
    let live = Live::begun();
    let program = &live.program;
    std::fs::create_dir(program.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_sluis"), program.path("bin/sluis")).unwrap();
    let blocks = commands();
    assert!(blocks.len() >= 9, "the blocks were found: {}", blocks.len());
    // Each command must end well; what is played is told, so that a failure shows where.
    let script = format!("set -eux\n{}\n", blocks.join("\n"));
    program.write("play.sh", &script);
    let path = std::env::var_os("PATH").unwrap_or_default().into_string().unwrap();
    let played = Command::new("sh")
        .arg("play.sh")
        .current_dir(program.path(""))
        .env_clear()
        .env("HOME", program.path(""))
        .env("PATH", format!("{}:{path}", program.path("bin").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
    assert!(played.status.success(), "{err}\n{out}");
    for said in [
        "Praktijkschool De Sluis",
        "Zaffier (werk-en-inkomen)",
        "instemming",
        "Beantwoord met ja",
        "Zou worden aangenomen",
        "Ontvangst bevestigd",
        "op grond van art. ",
        "verklaring ingetrokken",
        "1 regels: 1 aangenomen",
    ] {
        assert!(out.contains(said), "{said}\n{out}\n{err}");
    }
    assert!(program.path("meldingen.csv").is_file(), "the last line was reached");
}
