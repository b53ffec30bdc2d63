//! Graphs of ten thousand nodes: what is left out, and what is drawn where.

use std::collections::BTreeSet;
use std::time::Instant;

use acier::graph::arrange::{Drawing, Size, arrange};
use acier::graph::reduce::reduce;

/// A graph in which each node needs some of those before it; always the same.
fn random(count: usize, most: usize, near: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut state = seed;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    (0..count)
        .map(|node| {
            let wanted = draw(most + 1).min(node);
            (0..wanted).map(|_| node - 1 - draw(near.min(node))).collect::<BTreeSet<_>>().into_iter().collect()
        })
        .collect()
}

/// Everything that each node needs, directly or not.
fn closure(needs: &[Vec<usize>]) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::new();
    for own in needs {
        let through = own.iter().flat_map(|needed| all[*needed].iter().copied());
        all.push(through.chain(own.iter().copied()).collect());
    }
    all
}

#[test]
fn reduction_keeps_the_order_and_nothing_that_follows_from_the_rest() {
    for seed in 0..60 {
        let needs = random(60, 5, 60, seed);
        let reduced = reduce(&needs);
        let whole = closure(&needs);
        assert_eq!(closure(&reduced), whole, "seed {seed}");
        for (node, own) in reduced.iter().enumerate() {
            for needed in own {
                let other = own.iter().find(|other| whole[**other].contains(needed));
                assert_eq!(other, None, "seed {seed}: {node} needs {needed} through another");
            }
        }
    }
    let circle = vec![vec![1], vec![0], vec![0, 1]];
    assert_eq!(reduce(&circle), circle, "what is on a cycle is left as it is");
}

fn boxes(count: usize) -> Vec<Size> {
    let widths = [80.0, 150.0, 220.0];
    (0..count).map(|node| Size { width: widths[node % 3], height: 44.0 }).collect()
}

/// Nodes stand apart, inside of the drawing, and to the right of what they need.
fn check(sizes: &[Size], needs: &[Vec<usize>], drawing: &Drawing) {
    let mut nodes: Vec<usize> = (0..sizes.len()).collect();
    nodes.sort_by(|a, b| drawing.places[*a].y.total_cmp(&drawing.places[*b].y));
    for (at, node) in nodes.iter().enumerate() {
        let (place, size) = (drawing.places[*node], sizes[*node]);
        assert!(place.x >= -0.01 && place.y >= -0.01 && place.x + size.width <= drawing.size.width + 0.01);
        assert!(place.y + size.height <= drawing.size.height + 0.01);
        let below = nodes[at + 1..].iter().take_while(|other| drawing.places[**other].y < place.y + size.height - 0.01);
        for other in below {
            let beside = drawing.places[*other];
            let apart = beside.x >= place.x + size.width || place.x >= beside.x + sizes[*other].width;
            assert!(apart, "{node} and {other} overlap: {place:?} {beside:?}");
        }
    }
    let count: usize = needs.iter().map(Vec::len).sum();
    assert_eq!(drawing.lines.len(), count);
    for (node, needed, line) in &drawing.lines {
        assert!(needs[*node].contains(needed));
        assert!(line.windows(2).all(|two| two[0].x >= two[1].x), "a line from {node} to {needed} turns back");
    }
}

#[test]
fn drawings_do_not_overlap() {
    for (count, most, near) in [(0, 0, 1), (1, 0, 1), (12, 0, 1), (30, 1, 30), (60, 3, 20), (200, 4, 12), (300, 1, 1)] {
        for seed in 0..4 {
            let needs = reduce(&random(count, most, near, seed));
            check(&boxes(count), &needs, &arrange(&boxes(count), &needs));
        }
    }
}

#[test]
fn ten_thousand_nodes_are_drawn_in_one_go() {
    let shapes = [
        ("a wide one", random(10_000, 3, 4000, 1)),
        ("a chain", (0..10_000usize).map(|node| node.checked_sub(1).into_iter().collect()).collect()),
        ("a star", (0..10_000usize).map(|node| if node == 0 { vec![] } else { vec![0] }).collect()),
    ];
    for (name, needs) in shapes {
        let began = Instant::now();
        let needs = reduce(&needs);
        let drawing = arrange(&boxes(needs.len()), &needs);
        println!("{name}: {:?}", began.elapsed());
        check(&boxes(needs.len()), &needs, &drawing);
    }
}
