//! The heights of a drawing's items: near to their neighbours, in their order, without overlap.
//!
//! **Never:** change an order. For each column the squared distances to where the neighbours are is
//! the least possible (pooling of adjacent violators); sweeps to and fro bring columns into line.

use super::arrange::Item;

/// So many sweeps are made.
const SWEEPS: usize = 8;

/// The middle of each item, from the top.
pub(super) fn settle(items: &[Item], grid: &[Vec<usize>]) -> Vec<f64> {
    let mut middle = vec![0.0; items.len()];
    for column in grid {
        let mut top = 0.0;
        for item in column {
            middle[*item] = top + items[*item].half;
            top += 2.0 * items[*item].half;
        }
    }
    // Columns begin around one line, or a short one would hang from the top.
    let tallest = grid.iter().map(|column| height(items, column)).fold(0.0, f64::max);
    for column in grid {
        let down = (tallest - height(items, column)) / 2.0;
        column.iter().for_each(|item| middle[*item] += down);
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        for step in 0..grid.len() {
            let column = if forward { step } else { grid.len() - 1 - step };
            pull(items, &grid[column], &mut middle, if sweep + 2 < SWEEPS { Some(forward) } else { None });
        }
    }
    let top = grid.iter().flatten().map(|item| middle[*item] - items[*item].half).fold(f64::INFINITY, f64::min);
    middle.iter_mut().for_each(|middle| *middle -= if top.is_finite() { top } else { 0.0 });
    middle
}

fn height(items: &[Item], column: &[usize]) -> f64 {
    column.iter().map(|item| 2.0 * items[*item].half).sum()
}

/// Items that touch and therefore move as one: how many, their weight, and where they would like
/// the first of them to be.
struct Pool {
    count: usize,
    weight: f64,
    wish: f64,
}

/// Pulls a column towards the one before it, the one behind it, or both.
fn pull(items: &[Item], column: &[usize], middle: &mut [f64], side: Option<bool>) {
    let mut pools: Vec<Pool> = Vec::with_capacity(column.len());
    let mut offsets = Vec::with_capacity(column.len());
    let (mut offset, mut last) = (0.0, None);
    for item in column {
        let own = &items[*item];
        offset += last.map_or(0.0, |last: f64| last + own.half);
        last = Some(own.half);
        offsets.push(offset);
        let left = own.left.iter().filter(|_| side != Some(false));
        let right = own.right.iter().filter(|_| side != Some(true));
        let (mut count, mut sum) = (0.0, 0.0);
        for neighbour in left.chain(right) {
            count += 1.0;
            sum += middle[*neighbour];
        }
        // What crosses should be straight; what has no neighbour there would rather stay.
        let (weight, wish) = match (count > 0.0, own.crossing) {
            (true, true) => (4.0, sum / count),
            (true, false) => (1.0, sum / count),
            (false, _) => (0.1, middle[*item]),
        };
        let mut pool = Pool { count: 1, weight, wish: wish - offset };
        while let Some(before) = pools.pop_if(|before| before.wish > pool.wish) {
            let weight = before.weight + pool.weight;
            let wish = (before.wish * before.weight + pool.wish * pool.weight) / weight;
            pool = Pool { count: before.count + pool.count, weight, wish };
        }
        pools.push(pool);
    }
    let wishes = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.wish, pool.count));
    for ((item, offset), wish) in column.iter().zip(offsets).zip(wishes) {
        middle[*item] = wish + offset;
    }
}
