//! The order of a drawing's columns from top to bottom, with few crossings.
//!
//! **Never:** draw lots: the same graph gives the same drawing. Each item goes where its neighbours of
//! the column beside are on average; the best of some sweeps to and fro is kept.

use super::arrange::Item;

/// So many sweeps are tried.
const SWEEPS: usize = 12;

/// Puts the items of each column into an order with few crossings.
pub(super) fn untangle(items: &[Item], grid: &mut Vec<Vec<usize>>) {
    let mut place = vec![0.0; items.len()];
    number(grid, &mut place);
    let mut best = (crossings(items, grid, &place), grid.clone());
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let count = grid.len();
        for step in 1..count {
            let column = if forward { step } else { count - 1 - step };
            sort(items, &mut grid[column], &mut place, forward);
        }
        let found = crossings(items, grid, &place);
        if found < best.0 {
            best = (found, grid.clone());
        }
        if found == 0 {
            break;
        }
    }
    *grid = best.1;
}

/// Sorts one column by where its neighbours are.
fn sort(items: &[Item], column: &mut Vec<usize>, place: &mut [f64], forward: bool) {
    let mut keyed: Vec<(f64, usize)> = column
        .iter()
        .map(|item| {
            let neighbours = if forward { &items[*item].left } else { &items[*item].right };
            let all: f64 = neighbours.iter().map(|neighbour| place[*neighbour]).sum();
            #[expect(clippy::cast_precision_loss, reason = "a number of neighbours is small")]
            let middle = if neighbours.is_empty() { place[*item] } else { all / neighbours.len() as f64 };
            (middle, *item)
        })
        .collect();
    // Items that are drawn to the same place stay in their order.
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    *column = keyed.into_iter().map(|(_, item)| item).collect();
    spread(column, place);
}

fn number(grid: &[Vec<usize>], place: &mut [f64]) {
    grid.iter().for_each(|column| spread(column, place));
}

/// The places of a column, from 0 to 1 whatever its length, so that columns can be compared.
fn spread(column: &[usize], place: &mut [f64]) {
    for (index, item) in column.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a number of items is small")]
        let at = (index as f64 + 0.5) / column.len() as f64;
        place[*item] = at;
    }
}

/// How often lines cross between neighbouring columns.
fn crossings(items: &[Item], grid: &[Vec<usize>], place: &[f64]) -> u64 {
    let mut rank = vec![0usize; place.len()];
    for column in grid {
        column.iter().enumerate().for_each(|(index, item)| rank[*item] = index);
    }
    let mut total = 0;
    for column in grid {
        let ends = column.iter().flat_map(|item| {
            let mut ends: Vec<usize> = items[*item].left.iter().map(|left| rank[*left]).collect();
            ends.sort_unstable();
            ends
        });
        total += inversions(&ends.collect::<Vec<_>>());
    }
    total
}

/// How many pairs stand in the wrong order.
fn inversions(ends: &[usize]) -> u64 {
    let size = ends.iter().max().map_or(0, |most| most + 1);
    let mut tree = vec![0u64; size + 1];
    let mut total = 0;
    for (seen, end) in ends.iter().enumerate() {
        let (mut at, mut before) = (end + 1, 0);
        while at > 0 {
            before += tree[at];
            at &= at - 1;
        }
        total += seen as u64 - before;
        at = end + 1;
        while at <= size {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    total
}
