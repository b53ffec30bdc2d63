//! What containers do: images, commands and the subset of the shell.

use std::collections::BTreeMap;

use acier::emulator::program::{End, Line, Spec, Timeline, read};

fn timeline(image: &str, command: &[&str], server: bool) -> Timeline {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let environment = BTreeMap::from([("NAME".to_owned(), "world".to_owned()), ("EMPTY".to_owned(), String::new())]);
    read(&Spec { image, command: &command, environment: &environment, ports: &[], server })
}

/// A timeline as text: lines with their milliseconds, then the end.
fn render(timeline: &Timeline) -> String {
    let lines = |lines: &[Line]| lines.iter().map(|line| format!("{}:{} ", line.at, line.text)).collect::<String>();
    let end = match &timeline.end {
        End::Exit { at, code } => format!("exit {code} at {at}"),
        End::Forever => "for ever".to_owned(),
        End::Rounds { at, period, lines: round } => format!("every {period} from {at}: {}", lines(round)),
    };
    format!("{}{end}", lines(&timeline.lines)).trim_end().to_owned()
}

#[test]
fn scripts() {
    for (script, expected) in [
        ("echo hello", "0:hello exit 0 at 0"),
        ("echo", "0: exit 0 at 0"),
        ("echo one; sleep 2; echo two", "0:one 2000:two exit 0 at 2000"),
        ("echo -n a; echo b", "0:ab exit 0 at 0"),
        ("sleep 0.5; sleep 1m; sleep 1h; exit 3", "exit 3 at 3660500"),
        ("sleep soon", "0:sleep: invalid time interval 'soon' exit 1 at 0"),
        ("exit", "exit 0 at 0"),
        ("exit 256", "exit 0 at 0"),
        ("exit -1", "exit 255 at 0"),
        ("exit x", "0:exit: Illegal number: x exit 2 at 0"),
        ("true && echo yes || echo no", "0:yes exit 0 at 0"),
        ("false && echo yes || echo no", "0:no exit 0 at 0"),
        ("false; true", "exit 0 at 0"),
        ("true; false", "exit 1 at 0"),
        ("false || exit 7; echo never", "exit 7 at 0"),
        ("echo $NAME ${NAME}s \"$NAME\" '$NAME' \\$NAME", "0:world worlds world $NAME $NAME exit 0 at 0"),
        ("echo a $EMPTY b \"$EMPTY\" c $NONE d", "0:a b  c d exit 0 at 0"),
        ("echo 'a  b' \"c  d\" e   f", "0:a  b c  d e f exit 0 at 0"),
        ("echo $5x", "0:[emulator] would run: sh -c echo $5x exit 0 at 2000"),
        ("echo 100% $ done", "0:100% $ done exit 0 at 0"),
        ("echo a # comment\necho b\n\n", "0:a 0:b exit 0 at 0"),
        ("while true; do echo hi; sleep 20; done", "every 20000 from 0: 0:hi"),
        (
            "echo up; while :; do sleep 1; echo a; sleep 2; echo b; done; echo never",
            "0:up every 3000 from 0: 1000:a 3000:b",
        ),
        ("while true; do echo busy; done", "every 100 from 0: 0:busy"),
        ("while false; do echo no; done; echo out", "0:out exit 0 at 0"),
        ("while true\ndo\n  echo hi\n  exit 4\ndone", "0:hi exit 4 at 0"),
        ("sleep 1 && tail -f /dev/null", "for ever"),
        ("sleep infinity", "for ever"),
        ("echo hello; sleep 15; done", "0:sh: syntax error: unexpected \"done\" exit 2 at 0"),
        ("echo 'open", "0:sh: syntax error: unterminated quoted string exit 2 at 0"),
        ("while true; do echo a", "0:sh: syntax error: unexpected end of file exit 2 at 0"),
        ("echo a; ; echo b", "0:sh: syntax error: unexpected \";\" exit 2 at 0"),
        ("&& echo", "0:sh: syntax error: unexpected \"&&\" exit 2 at 0"),
        ("", "exit 0 at 0"),
        ("node app.js", "0:[emulator] would run: node app.js exit 0 at 2000"),
        ("migrate && echo done", "0:[emulator] would run: migrate 2000:done exit 0 at 2000"),
        ("ls | wc", "0:[emulator] would run: sh -c ls | wc exit 0 at 2000"),
        ("if true; then echo a; fi", "0:[emulator] would run: sh -c if true; then echo a; fi exit 0 at 2000"),
        ("A=1 echo a", "0:[emulator] would run: sh -c A=1 echo a exit 0 at 2000"),
        ("echo $(date)", "0:[emulator] would run: sh -c echo $(date) exit 0 at 2000"),
    ] {
        assert_eq!(render(&timeline("alpine", &["sh", "-c", script], false)), expected, "{script}");
    }
}

#[test]
fn commands_and_images() {
    for (image, command, server, expected) in [
        ("alpine", &["echo", "$NAME", "a  b"][..], false, "0:$NAME a  b exit 0 at 0"),
        ("alpine", &["/bin/sleep", "3"], false, "exit 0 at 3000"),
        ("alpine", &["tail", "-f", "/dev/null"], false, "for ever"),
        ("alpine", &["/bin/bash", "-c", "exit 9"], true, "exit 9 at 0"),
        ("app", &["./serve", "now"], true, "0:[emulator] would run: ./serve now for ever"),
        ("app", &["./serve", "now"], false, "0:[emulator] would run: ./serve now exit 0 at 2000"),
        ("app", &["sh", "-c", "echo a; ./serve"], true, "0:a 0:[emulator] would run: ./serve for ever"),
        ("docker.io/library/alpine:3", &[], true, "exit 0 at 0"),
        ("hello-world", &[], false, "0:Hello from Docker! exit 0 at 0"),
        ("mcr.microsoft.com/azuredocs/aci-helloworld:latest", &[], false, "for ever"),
        ("localhost:5000/team/nginx@sha256:00", &[], false, "for ever"),
        ("team/app:1", &[], true, "for ever"),
        ("team/app:1", &[], false, "0:[emulator] would run: the default command of team/app:1 exit 0 at 2000"),
    ] {
        assert_eq!(render(&timeline(image, command, server)), expected, "{image} {command:?}");
    }
}

/// Scripts of any length and depth are read without using up the stack.
#[test]
fn monstrous_scripts() {
    for script in ["true && ".repeat(100_000) + "true", "while ".repeat(100_000), "echo a; ".repeat(100_000)] {
        let read = render(&timeline("alpine", &["sh", "-c", &script], false));
        assert!(read.ends_with("exit 0 at 2000"), "{}", &read[read.len() - 40..]);
    }
}

#[test]
fn what_is_printed_by_when() {
    let ticks =
        timeline("alpine", &["sh", "-c", "echo up; while true; do echo a; sleep 1; echo b; sleep 1; done"], false);
    let text = |elapsed: i64| ticks.printed(elapsed).iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("");
    for (elapsed, expected) in [(0, "upa"), (999, "upa"), (1_000, "upab"), (2_000, "upaba"), (5_500, "upababab")] {
        assert_eq!(text(elapsed), expected, "{elapsed}");
    }
    let late = ticks.printed(1_000_000_000_000);
    assert_eq!((late.len(), late.last().map(|line| line.at)), (1_000, Some(1_000_000_000_000)));
}

/// The environment may say how a container ends, whatever its image and command.
#[test]
fn what_the_environment_tells() {
    for (variables, expected) in [
        (&[("EMULATOR_EXIT_CODE", "3")][..], "exit 3 at 2000"),
        (&[("EMULATOR_SECONDS", "0.5")], "exit 0 at 500"),
        (&[("EMULATOR_LOG", "a\nb"), ("EMULATOR_SECONDS", "10")], "0:a 5000:b exit 0 at 10000"),
        (&[("EMULATOR_EXIT_CODE", "300"), ("EMULATOR_SECONDS", "never")], "exit 44 at 2000"),
        (&[("EMULATOR_FAILS", "2")], "exit 1 at 2000"),
        (&[("OTHER", "1")], "for ever"),
    ] {
        let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let spec = Spec { image: "nginx", command: &[], environment: &environment, ports: &[], server: true };
        assert_eq!(render(&read(&spec)), expected, "{variables:?}");
    }
}
