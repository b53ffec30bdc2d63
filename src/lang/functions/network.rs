//! Functions on IP networks.
//!
//! **Never:** resolve a name. Addresses are 128-bit numbers with a width of 32 or 128 bits.
//! As in Terraform, numbers with leading zeros are decimal and host bits may be set.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::value::{Type, Value};

use super::numeric::{take_int, take_number};
use super::row::{Fault, Kind, Outcome, Row, bad, number, text};
use super::text::{make, take_text};

const STRINGS: Kind = Kind::List(&Kind::String);

pub(super) const ROWS: &[Row] = &[
    Row::new("cidrcontains", &[text("containing_prefix"), text("contained_ip_or_prefix")], Kind::Bool, cidrcontains),
    Row::new("cidrhost", &[text("prefix"), number("hostnum")], Kind::String, cidrhost),
    Row::new("cidrnetmask", &[text("prefix")], Kind::String, cidrnetmask),
    Row::new("cidrsubnet", &[text("prefix"), number("newbits"), number("netnum")], Kind::String, cidrsubnet),
    Row::new("cidrsubnets", &[text("prefix")], STRINGS, cidrsubnets).rest(number("newbits")),
];

/// A network: its address with no host bits, how many bits name it, how many there are.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    width: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Network, String> {
        let invalid = || format!("invalid CIDR expression: invalid CIDR address: {text}");
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let (address, width) = match parse_v4(address) {
            Some(address) => (u128::from(address), 32),
            None => (u128::from(address.parse::<Ipv6Addr>().map_err(|_| invalid())?), 128),
        };
        let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= width).ok_or_else(invalid)?;
        // An IPv4 network written in IPv6 form is an IPv4 network.
        if width == 128 && prefix >= 96 && address >> 32 == 0xffff {
            return Ok(Network { address: address & 0xffff_ffff, prefix: prefix - 96, width: 32 }.masked());
        }
        Ok(Network { address, prefix, width }.masked())
    }

    fn masked(mut self) -> Network {
        self.address &= self.mask();
        self
    }

    fn mask(&self) -> u128 {
        let all = if self.width == 128 { u128::MAX } else { u128::from(u32::MAX) };
        all & !self.hosts()
    }

    /// The greatest host number.
    fn hosts(&self) -> u128 {
        let bits = self.width - self.prefix;
        if bits == 128 { u128::MAX } else { (1_u128 << bits) - 1 }
    }

    fn show(&self, address: u128) -> String {
        if self.width == 32 {
            return Ipv4Addr::from(u32::try_from(address).unwrap_or_default()).to_string();
        }
        let address = Ipv6Addr::from(address);
        address.to_ipv4_mapped().map_or_else(|| address.to_string(), |mapped| mapped.to_string())
    }
}

/// Four decimal numbers; leading zeros mean nothing.
fn parse_v4(text: &str) -> Option<u32> {
    let mut bytes = text.split('.').map(|part| {
        let decimal = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let trimmed = part.trim_start_matches('0');
        if decimal { if trimmed.is_empty() { Some(0_u8) } else { trimmed.parse().ok() } } else { None }
    });
    let mut address = 0_u32;
    for _ in 0..4 {
        address = address << 8 | u32::from(bytes.next()??);
    }
    bytes.next().is_none().then_some(address)
}

fn take_network(args: &[Value]) -> Result<Network, Fault> {
    Network::parse(take_text(args, 0)?).map_err(Fault::Call)
}

/// Of OpenTofu.
fn cidrcontains(args: &[Value], _: &Type) -> Outcome {
    let outer = take_network(args)?;
    let text = take_text(args, 1)?;
    let whole = if text.contains('/') {
        text.to_owned()
    } else {
        format!("{text}/{}", if text.contains(':') { 128 } else { 32 })
    };
    let inner =
        Network::parse(&whole).map_err(|_| Fault::Argument(1, format!("invalid IP address or prefix: {text}")))?;
    if inner.width != outer.width {
        return Err(format!("address family mismatch: {} vs. {text}", take_text(args, 0)?).into());
    }
    Ok(Value::bool(inner.prefix >= outer.prefix && inner.address & outer.mask() == outer.address))
}

fn cidrhost(args: &[Value], _: &Type) -> Outcome {
    let network = take_network(args)?;
    let number = take_number(args, 1)?;
    if !number.is_integer() {
        return Err("value must be a whole number".into());
    }
    // Minus zero is zero.
    let text = number.to_bigint().map_or_else(|| number.to_string(), |whole| whole.to_string());
    let too_many = || Fault::Call(format!("prefix of {} does not accommodate a host numbered {text}", network.prefix));
    // A negative number counts from the end.
    let host = match text.strip_prefix('-') {
        Some(back) => {
            let back: u128 = back.parse().map_err(|_| too_many())?;
            back.checked_sub(1).and_then(|back| network.hosts().checked_sub(back)).ok_or_else(too_many)?
        }
        None => text.parse().ok().filter(|host| *host <= network.hosts()).ok_or_else(too_many)?,
    };
    make(network.show(network.address | host))
}

fn cidrnetmask(args: &[Value], _: &Type) -> Outcome {
    let network = take_network(args)?;
    if network.width != 32 {
        return Err(format!("IPv6 addresses cannot have a netmask: {}", take_text(args, 0)?).into());
    }
    make(network.show(network.mask()))
}

fn cidrsubnet(args: &[Value], _: &Type) -> Outcome {
    let network = take_network(args)?;
    let bits = take_int(args, 1)?;
    let number = take_number(args, 2)?;
    // Minus zero is zero.
    let number = if number.is_zero() { "0".to_owned() } else { number.to_string() };
    if bits < 0 {
        return bad(1, "must be at least zero");
    }
    let left = network.width - network.prefix;
    let Some(bits) = u32::try_from(bits).ok().filter(|bits| *bits <= left) else {
        return Err(format!("insufficient address space to extend prefix of {} by {bits}", network.prefix).into());
    };
    let prefix = network.prefix + bits;
    let too_many =
        || Fault::Call(format!("prefix extension of {bits} does not accommodate a subnet numbered {number}"));
    let subnet: u128 = number.parse().map_err(|_| too_many())?;
    if bits < 128 && subnet >> bits != 0 {
        return Err(too_many());
    }
    let address = network.address | subnet.checked_shl(network.width - prefix).unwrap_or(0);
    make(format!("{}/{prefix}", network.show(address)))
}

fn cidrsubnets(args: &[Value], _: &Type) -> Outcome {
    let network = take_network(args).map_err(|fault| fault.of_argument(0))?;
    let mut next = network.address;
    let mut made = Vec::new();
    let mut full = false;
    for index in 1..args.len() {
        let bits = take_int(args, index).map_err(|fault| fault.of_argument(index))?;
        let bits = match u32::try_from(bits) {
            Ok(bits @ 1..) => bits,
            _ => return bad(index, "must extend prefix by at least one bit"),
        };
        if bits > 32 {
            return bad(index, "may not extend prefix by more than 32 bits");
        }
        let prefix = network.prefix + bits.min(128);
        if prefix > network.width {
            let why = format!(
                "would extend prefix to {prefix} bits, which is too long for an IPv{} address",
                if network.width == 32 { 4 } else { 6 }
            );
            return bad(index, why);
        }
        let size = 1_u128 << (network.width - prefix);
        let start = next.checked_add(size - 1).map(|end| end & !(size - 1));
        let end = start.and_then(|start| start.checked_add(size - 1));
        let last = network.address | network.hosts();
        let (Some(start), Some(end)) = (start, end.filter(|end| !full && *end <= last)) else {
            let before = made
                .last()
                .map(|previous: &Value| previous.as_str().unwrap_or_default().to_owned())
                .unwrap_or_default();
            return bad(
                index,
                format!(
                    "not enough remaining address space for a subnet with a prefix of {prefix} bits after {before}"
                ),
            );
        };
        made.push(Value::string(format!("{}/{prefix}", network.show(start))));
        match end.checked_add(1) {
            Some(following) => next = following,
            None => full = true,
        }
    }
    Ok(Value::list(Type::String, made))
}
