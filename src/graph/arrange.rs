//! A drawing of a graph: columns of nodes, what is needed to the left of what needs it.
//!
//! **Never:** know what is drawn: sizes and needs come in, places and lines go out.
//! The way is Sugiyama's: longest paths give the columns, long edges get a place in each column that
//! they cross, barycentres reduce crossings, and the places in a column are as near to their
//! neighbours as their order allows.

use super::order::untangle;
use super::reduce::order;
use super::settle::settle;

/// How large something is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// Where something is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A finished drawing.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// The upper left corner of each node.
    pub places: Vec<Point>,
    /// The lines: the node that needs, the needed one, and the points from the one to the other.
    pub lines: Vec<(usize, usize, Vec<Point>)>,
    /// The size of the whole.
    pub size: Size,
}

/// Between nodes of one column.
const GAP: f64 = 14.0;
/// Around an edge that crosses a column.
const LANE: f64 = 6.0;
/// Edges over more columns than this go straight: a place in each column would cost more than it
/// shows.
const FAR: usize = 40;

/// Something that has a place in a column: a node, or an edge that crosses it.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) column: usize,
    /// Half of its height, with half of the gap around it.
    pub(super) half: f64,
    /// What it is joined to in the column before and in the one behind.
    pub(super) left: Vec<usize>,
    pub(super) right: Vec<usize>,
    /// Whether it is an edge.
    pub(super) crossing: bool,
}

/// Arranges nodes of these sizes. What a node needs must not lead back to it; where it does, the
/// drawing is still made.
#[must_use]
pub fn arrange(sizes: &[Size], needs: &[Vec<usize>]) -> Drawing {
    let columns = columns(needs);
    let mut joined = vec![false; sizes.len()];
    for (node, own) in needs.iter().enumerate() {
        own.iter().for_each(|needed| (joined[*needed], joined[node]) = (true, true));
    }
    let (mut items, mut paths) = (Vec::with_capacity(sizes.len()), Vec::new());
    for (node, size) in sizes.iter().enumerate() {
        items.push(Item { column: columns[node], half: (size.height + GAP) / 2.0, ..Item::default() });
    }
    for (node, own) in needs.iter().enumerate() {
        for needed in own {
            paths.push((node, *needed, thread(&mut items, node, *needed)));
        }
    }
    let count = items.iter().map(|item| item.column + 1).max().unwrap_or(0);
    let mut grid: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        if item.crossing || joined[index] {
            grid[item.column].push(index);
        }
    }
    untangle(&items, &mut grid);
    let heights = settle(&items, &grid);
    let (lefts, widths) = across(sizes, &grid, &items);
    let mut drawing = Drawing { places: vec![Point::default(); sizes.len()], ..Drawing::default() };
    for (node, size) in sizes.iter().enumerate().filter(|(node, _)| joined[*node]) {
        let x = lefts[columns[node]] + (widths[columns[node]] - size.width) / 2.0;
        drawing.places[node] = Point { x, y: heights[node] - size.height / 2.0 };
        drawing.size.width = drawing.size.width.max(x + size.width);
        drawing.size.height = drawing.size.height.max(heights[node] + size.height / 2.0);
    }
    for (node, needed, crossed) in paths {
        let mut line = vec![Point { x: drawing.places[node].x, y: heights[node] }];
        for item in crossed {
            let (column, y) = (items[item].column, heights[item]);
            line.push(Point { x: lefts[column] + widths[column], y });
            line.push(Point { x: lefts[column], y });
            drawing.size.height = drawing.size.height.max(y + LANE);
        }
        line.push(Point { x: drawing.places[needed].x + sizes[needed].width, y: heights[needed] });
        drawing.lines.push((node, needed, line));
    }
    alone(sizes, &joined, &mut drawing);
    drawing
}

/// The column of each node: as far left as its needs allow; what needs nothing stands beside what
/// needs it.
fn columns(needs: &[Vec<usize>]) -> Vec<usize> {
    let (order, _) = order(needs);
    let mut columns = vec![0usize; needs.len()];
    let mut placed = vec![false; needs.len()];
    for node in &order {
        let before = needs[*node].iter().filter(|needed| placed[**needed]).map(|needed| columns[*needed] + 1);
        columns[*node] = before.max().unwrap_or(0);
        placed[*node] = true;
    }
    let mut nearest = vec![usize::MAX; needs.len()];
    for (node, own) in needs.iter().enumerate() {
        own.iter().for_each(|needed| nearest[*needed] = nearest[*needed].min(columns[node]));
    }
    for node in 0..needs.len() {
        if needs[node].is_empty() && nearest[node] != usize::MAX {
            columns[node] = nearest[node].saturating_sub(1);
        }
    }
    columns
}

/// Joins two nodes over the columns between them; the crossings, from right to left.
fn thread(items: &mut Vec<Item>, node: usize, needed: usize) -> Vec<usize> {
    let (from, to) = (items[node].column, items[needed].column);
    if from <= to || from - to > FAR {
        return Vec::new();
    }
    let mut crossed = Vec::with_capacity(from - to - 1);
    let mut last = node;
    for column in (to + 1..from).rev() {
        let next = items.len();
        items.push(Item { column, half: LANE, right: vec![last], crossing: true, ..Item::default() });
        items[last].left.push(next);
        crossed.push(next);
        last = next;
    }
    items[last].left.push(needed);
    items[needed].right.push(last);
    crossed
}

/// The left edges and the widths of the columns.
fn across(sizes: &[Size], grid: &[Vec<usize>], items: &[Item]) -> (Vec<f64>, Vec<f64>) {
    let (mut lefts, mut widths, mut left) = (Vec::new(), Vec::new(), 0.0);
    for column in grid {
        let width = column.iter().filter_map(|item| sizes.get(*item)).map(|size| size.width).fold(0.0, f64::max);
        let lines: usize = column.iter().map(|item| items[*item].right.len()).sum();
        lefts.push(left);
        widths.push(width);
        // Many lines need room to bend.
        #[expect(clippy::cast_precision_loss, reason = "a number of lines is small")]
        let room = 48.0 + (lines as f64).sqrt() * 10.0;
        left += width + room.min(180.0);
    }
    (lefts, widths)
}

/// Places what has no edges below all that has some, in rows.
fn alone(sizes: &[Size], joined: &[bool], drawing: &mut Drawing) {
    let rest: Vec<usize> = (0..sizes.len()).filter(|node| !joined[*node]).collect();
    if rest.is_empty() {
        return;
    }
    let cell = rest.iter().fold(Size::default(), |cell, node| Size {
        width: cell.width.max(sizes[*node].width),
        height: cell.height.max(sizes[*node].height),
    });
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of nodes is small, and rounding down is meant"
    )]
    let across = {
        // About as wide as the rest, or about as wide as a screen is compared with its height.
        let square = (rest.len() as f64 * (cell.height + GAP) * 1.6 / (cell.width + GAP)).sqrt();
        let beside = (drawing.size.width + GAP) / (cell.width + GAP);
        (square.max(beside) as usize).clamp(1, rest.len())
    };
    let top = if drawing.lines.is_empty() { 0.0 } else { drawing.size.height + 2.0 * GAP };
    for (number, node) in rest.iter().enumerate() {
        let (row, column) = (number / across, number % across);
        #[expect(clippy::cast_precision_loss, reason = "a number of nodes is small")]
        let place = Point { x: column as f64 * (cell.width + GAP), y: top + row as f64 * (cell.height + GAP) };
        drawing.places[*node] = place;
        drawing.size.width = drawing.size.width.max(place.x + sizes[*node].width);
        drawing.size.height = drawing.size.height.max(place.y + sizes[*node].height);
    }
}
