//! Transitive reduction: the fewest edges that say the same order.
//!
//! **Never:** hold a table of all pairs: what is reachable is worked out for some thousands of nodes at
//! a time. In: what each node needs, by number. Out: the same without what follows from the rest.

/// So many nodes are looked for at a time, in bits.
const AT_ONCE: usize = 4096;

/// Leaves out every need that another need brings along. Numbers in cycles keep all of theirs.
#[must_use]
pub fn reduce(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let (order, whole) = order(needs);
    let mut kept: Vec<Vec<usize>> = needs.to_vec();
    for own in &mut kept {
        own.sort_unstable();
        own.dedup();
    }
    if !whole {
        return kept;
    }
    for start in (0..needs.len()).step_by(AT_ONCE) {
        let end = (start + AT_ONCE).min(needs.len());
        without(start..end, &order, &mut kept, needs);
    }
    kept
}

/// Removes needs in a range of numbers.
fn without(range: std::ops::Range<usize>, order: &[usize], kept: &mut [Vec<usize>], needs: &[Vec<usize>]) {
    let words = range.len().div_ceil(64);
    // For each node which of the range it needs, directly or not.
    let mut reach = vec![0u64; needs.len() * words];
    let mut through = vec![0u64; words];
    for node in order {
        through.fill(0);
        for needed in &needs[*node] {
            let own = &reach[needed * words..(needed + 1) * words];
            through.iter_mut().zip(own).for_each(|(all, own)| *all |= own);
        }
        let is_through = |number: usize| through[number / 64] >> (number % 64) & 1 == 1;
        kept[*node].retain(|needed| !range.contains(needed) || !is_through(needed - range.start));
        let own = &mut reach[node * words..(node + 1) * words];
        own.copy_from_slice(&through);
        for needed in needs[*node].iter().filter(|needed| range.contains(needed)) {
            own[(needed - range.start) / 64] |= 1 << ((needed - range.start) % 64);
        }
    }
}

/// All nodes, each after what it needs, and whether that was possible: what is on cycles comes last.
#[must_use]
pub fn order(needs: &[Vec<usize>]) -> (Vec<usize>, bool) {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (node, own) in needs.iter().enumerate() {
        own.iter().for_each(|needed| needed_by[*needed].push(node));
    }
    let mut order: Vec<usize> = (0..needs.len()).filter(|node| missing[*node] == 0).collect();
    let mut next = 0;
    while let Some(node) = order.get(next).copied() {
        next += 1;
        for after in &needed_by[node] {
            missing[*after] -= 1;
            if missing[*after] == 0 {
                order.push(*after);
            }
        }
    }
    let whole = order.len() == needs.len();
    order.extend((0..needs.len()).filter(|node| missing[*node] > 0));
    (order, whole)
}
