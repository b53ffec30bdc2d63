//! A picture as SVG, drawn without any other program.
//!
//! **Never:** depend on fonts for its sizes: names are set in a fixed pitch, whose widths are known.
//! What is needed stands to the left; lines lead from what needs to what is needed, as in DOT.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::graph::arrange::{Drawing, Point, Size, arrange};

use super::{Node, Picture, Sort};

/// Widths of letters of the two sizes, and what is around them.
const LARGE: f64 = 7.9;
const SMALL: f64 = 6.7;
const PADDING: f64 = 14.0;
const MARGIN: f64 = 24.0;
/// The room for the title and the legend.
const HEAD: f64 = 62.0;
/// Longer names are cut in the middle; the whole one shows when pointed at.
const LONGEST: usize = 42;

/// Writes the picture.
pub(in crate::cli) fn write(picture: &Picture) -> String {
    let boxes: Vec<(String, String)> = picture.nodes.iter().map(lines).collect();
    let sizes: Vec<Size> = boxes.iter().map(|(above, name)| size(above, name)).collect();
    let drawing = arrange(&sizes, &picture.needs);
    let legend = legend(picture);
    let width = (drawing.size.width + 2.0 * MARGIN).max(legend.1).max(letters(&picture.title, 8.6) + 2.0 * MARGIN);
    let height = drawing.size.height + HEAD + MARGIN;
    let mut out = String::with_capacity(1000 + 700 * picture.nodes.len());
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
         {height:.0}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" role=\"img\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(&picture.title));
    out.push_str(STYLE);
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
    let _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"30\" class=\"h\">{}</text>", escaped(&picture.title));
    out.push_str(&legend.0);
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {HEAD})\">");
    edges(&mut out, picture, &drawing);
    for (number, node) in picture.nodes.iter().enumerate() {
        draw(&mut out, node, &boxes[number], drawing.places[number], sizes[number]);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

const STYLE: &str = "<style>\
.h{font-size:14px;font-weight:bold;fill:#1f2328}.l{font-size:11px;fill:#57606a}.k{font-size:11px;fill:#57606a}\
.n{font-size:13px;font-weight:bold;fill:#1f2328}.e{fill:none;stroke:#afb8c1;stroke-width:1.4}\
</style>\n<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
orient=\"auto\"><path d=\"M0 0.8 L8 4 L0 7.2 z\" fill=\"#8c959f\"/></marker></defs>\n";

/// The two lines of a node: what it is, and its name.
fn lines(node: &Node) -> (String, String) {
    let (kind, name) = match node.label.find(['.', '[']) {
        Some(_) if node.sort == Sort::Data => {
            let rest = node.label.strip_prefix("data.").unwrap_or(&node.label);
            let (kind, name) = rest.split_once('.').unwrap_or(("", rest));
            (format!("data {kind}"), name.to_owned())
        }
        Some(at) if node.label[at..].starts_with('.') => (node.label[..at].into(), node.label[at + 1..].into()),
        None if node.sort == Sort::Provider => {
            let name = node.label.strip_prefix("provider ").unwrap_or(&node.label);
            ("provider".into(), name.trim_matches('"').to_owned())
        }
        _ => (String::new(), node.label.clone()),
    };
    let above = match (node.module.is_empty(), kind.is_empty()) {
        (true, _) => kind,
        (false, true) => node.module.clone(),
        (false, false) => format!("{} \u{b7} {kind}", node.module),
    };
    (shorten(&above, LONGEST + 6), shorten(&name, LONGEST))
}

fn shorten(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most {
        return text.to_owned();
    }
    let half = (most - 1) / 2;
    let start: String = letters[..half].iter().collect();
    let end: String = letters[letters.len() - half..].iter().collect();
    format!("{start}\u{2026}{end}")
}

#[expect(clippy::cast_precision_loss, reason = "a name is short")]
fn letters(text: &str, wide: f64) -> f64 {
    text.chars().count() as f64 * wide
}

fn size(above: &str, name: &str) -> Size {
    let width = letters(above, SMALL).max(letters(name, LARGE)) + 2.0 * PADDING;
    Size { width: width.max(70.0), height: if above.is_empty() { 30.0 } else { 44.0 } }
}

/// The colours of a node: its line, and its ground.
fn colours(node: &Node) -> (&'static str, &'static str) {
    match (node.deed, node.sort) {
        (Some(deed), _) => deed.colours(),
        (None, Sort::Resource) => ("#0969da", "#eef6ff"),
        (None, Sort::Data) => ("#1b7c83", "#e6f7f7"),
        (None, Sort::Variable) => ("#9a6700", "#fdf4d8"),
        (None, Sort::Output) => ("#8250df", "#f3ecff"),
        (None, Sort::Provider) => ("#bc4c00", "#fff1e5"),
        (None, Sort::Local | Sort::Other) => ("#8c959f", "#f6f8fa"),
    }
}

fn draw(out: &mut String, node: &Node, (above, name): &(String, String), at: Point, size: Size) {
    let (line, ground) = colours(node);
    let round = if matches!(node.sort, Sort::Resource | Sort::Data) { 4.0 } else { size.height / 2.0 };
    let dashes = if node.sort == Sort::Data { " stroke-dasharray=\"5 3\"" } else { "" };
    let Size { width, height } = size;
    let _ = write!(out, "<g transform=\"translate({:.1} {:.1})\">", at.x, at.y);
    let deed = node.deed.map(|deed| format!(": {}", deed.word())).unwrap_or_default();
    let whole = if node.module.is_empty() { node.label.clone() } else { format!("{}.{}", node.module, node.label) };
    let _ = write!(out, "<title>{}{deed}</title>", escaped(&whole));
    let _ = write!(
        out,
        "<rect width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\" fill=\"{ground}\" stroke=\"{line}\" \
         stroke-width=\"1.3\"{dashes}/>"
    );
    let middle = width / 2.0;
    if above.is_empty() {
        let _ = write!(
            out,
            "<text x=\"{middle:.1}\" y=\"19.5\" text-anchor=\"middle\" class=\"n\">{}</text>",
            escaped(name)
        );
    } else {
        let _ = write!(
            out,
            "<text x=\"{middle:.1}\" y=\"17\" text-anchor=\"middle\" class=\"k\">{}</text>",
            escaped(above)
        );
        let _ =
            write!(out, "<text x=\"{middle:.1}\" y=\"34\" text-anchor=\"middle\" class=\"n\">{}</text>", escaped(name));
    }
    out.push_str("</g>\n");
}

fn edges(out: &mut String, picture: &Picture, drawing: &Drawing) {
    for (from, to, line) in &drawing.lines {
        let [start, rest @ ..] = line.as_slice() else { continue };
        let _ = write!(out, "<path class=\"e\" marker-end=\"url(#a)\" d=\"M{:.1} {:.1}", start.x, start.y);
        let mut last = *start;
        for point in rest {
            if (last.y - point.y).abs() < 0.05 {
                let _ = write!(out, " L{:.1} {:.1}", point.x, point.y);
            } else {
                let bend = f64::midpoint(last.x, point.x);
                let _ = write!(out, " C{bend:.1} {:.1} {bend:.1} {:.1} {:.1} {:.1}", last.y, point.y, point.x, point.y);
            }
            last = *point;
        }
        let names = (&picture.nodes[*from].id, &picture.nodes[*to].id);
        let _ = writeln!(out, "\"><title>{} needs {}</title></path>", escaped(names.0), escaped(names.1));
    }
}

/// The legend, and how wide it is.
fn legend(picture: &Picture) -> (String, f64) {
    let mut entries: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for node in &picture.nodes {
        let word = match (node.deed, node.sort) {
            (Some(deed), _) => deed.word(),
            (None, Sort::Resource) => "resource",
            (None, Sort::Data) => "data source",
            (None, Sort::Variable) => "variable",
            (None, Sort::Local) => "local value",
            (None, Sort::Output) => "output",
            (None, Sort::Provider) => "provider",
            (None, Sort::Other) => "other",
        };
        entries.insert(word, colours(node));
    }
    let (mut text, mut x) = (String::new(), MARGIN);
    for (word, (line, ground)) in entries {
        let _ = write!(
            text,
            "<rect x=\"{x:.0}\" y=\"40\" width=\"11\" height=\"11\" rx=\"2\" fill=\"{ground}\" stroke=\"{line}\"/>\
             <text x=\"{:.0}\" y=\"50\" class=\"l\">{word}</text>",
            x + 16.0
        );
        x += letters(word, SMALL) + 34.0;
    }
    let hint = "\u{2190} needs";
    let _ = writeln!(text, "<text x=\"{x:.0}\" y=\"50\" class=\"l\">{hint}</text>");
    (text, x + letters(hint, SMALL) + MARGIN)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
