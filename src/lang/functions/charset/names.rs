//! The names of character encodings in the IANA registry.
//!
//! **Never:** hold an encoding that Terraform does not have, nor a name that is not registered.

use super::wide::Order;
use super::{Charset, Form, pages};

const fn row(name: &'static str, aliases: &'static str, form: Form) -> Charset {
    Charset { name, aliases, form }
}

/// The encoding of a name.
pub(in super::super) fn find(name: &str) -> Option<&'static Charset> {
    let name = name.trim();
    CHARSETS.iter().find(|charset| {
        charset.name.eq_ignore_ascii_case(name)
            || charset.aliases.split(' ').any(|alias| !alias.is_empty() && alias.eq_ignore_ascii_case(name))
    })
}

/// All of them, each with its other names.
const CHARSETS: &[Charset] = &[
    row(
        "US-ASCII",
        "ansi_x3.4-1968 ansi_x3.4-1986 cp367 csascii ibm367 iso-ir-6 iso646-us iso_646.irv:1991 us",
        Form::Ascii,
    ),
    row("UTF-8", "csutf8", Form::Utf8),
    row("UTF-16", "csutf16", Form::Utf16(Order::Marked)),
    row("UTF-16BE", "csutf16be", Form::Utf16(Order::Big)),
    row("UTF-16LE", "csutf16le", Form::Utf16(Order::Little)),
    row("IBM037", "cp037 csibm037 ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt", Form::Whole(pages::IBM037)),
    row("IBM437", "437 cp437 cspc8codepage437", Form::Page(pages::IBM437)),
    row("IBM850", "850 cp850 cspc850multilingual", Form::Page(pages::IBM850)),
    row("IBM852", "852 cp852 cspcp852", Form::Page(pages::IBM852)),
    row("IBM855", "855 cp855 csibm855", Form::Page(pages::IBM855)),
    row("IBM00858", "ccsid00858 cp00858 csibm00858 pc-multilingual-850+euro", Form::Page(pages::IBM00858)),
    row("IBM860", "860 cp860 csibm860", Form::Page(pages::IBM860)),
    row("IBM862", "862 cp862 cspc862latinhebrew", Form::Page(pages::IBM862)),
    row("IBM863", "863 cp863 csibm863", Form::Page(pages::IBM863)),
    row("IBM865", "865 cp865 csibm865", Form::Page(pages::IBM865)),
    row("IBM866", "866 cp866 csibm866", Form::Byte(encoding_rs::IBM866)),
    row("IBM1047", "csibm1047 ibm-1047", Form::Whole(pages::IBM1047)),
    row("IBM01140", "ccsid01140 cp01140 csibm01140 ebcdic-us-37+euro", Form::Whole(pages::IBM01140)),
    row("ISO_8859-1:1987", "cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso_8859-1 l1 latin1", Form::Latin1),
    row(
        "ISO_8859-2:1987",
        "csisolatin2 iso-8859-2 iso-ir-101 iso_8859-2 l2 latin2",
        Form::Byte(encoding_rs::ISO_8859_2),
    ),
    row(
        "ISO_8859-3:1988",
        "csisolatin3 iso-8859-3 iso-ir-109 iso_8859-3 l3 latin3",
        Form::Byte(encoding_rs::ISO_8859_3),
    ),
    row(
        "ISO_8859-4:1988",
        "csisolatin4 iso-8859-4 iso-ir-110 iso_8859-4 l4 latin4",
        Form::Byte(encoding_rs::ISO_8859_4),
    ),
    row(
        "ISO_8859-5:1988",
        "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso_8859-5",
        Form::Byte(encoding_rs::ISO_8859_5),
    ),
    row(
        "ISO_8859-6:1987",
        "arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6 iso-ir-127 iso_8859-6",
        Form::Byte(encoding_rs::ISO_8859_6),
    ),
    row("ISO_8859-6-E", "csiso88596e iso-8859-6-e", Form::Byte(encoding_rs::ISO_8859_6)),
    row("ISO_8859-6-I", "csiso88596i iso-8859-6-i", Form::Byte(encoding_rs::ISO_8859_6)),
    row(
        "ISO_8859-7:1987",
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso_8859-7",
        Form::Byte(encoding_rs::ISO_8859_7),
    ),
    row(
        "ISO_8859-8:1988",
        "csisolatinhebrew hebrew iso-8859-8 iso-ir-138 iso_8859-8",
        Form::Byte(encoding_rs::ISO_8859_8),
    ),
    row("ISO_8859-8-E", "csiso88598e iso-8859-8-e", Form::Byte(encoding_rs::ISO_8859_8)),
    row("ISO_8859-8-I", "csiso88598i iso-8859-8-i", Form::Byte(encoding_rs::ISO_8859_8)),
    row("ISO_8859-9:1989", "csisolatin5 iso-8859-9 iso-ir-148 iso_8859-9 l5 latin5", Form::Latin5),
    row("ISO-8859-10", "csisolatin6 iso-ir-157 iso_8859-10:1992 l6 latin6", Form::Byte(encoding_rs::ISO_8859_10)),
    row("ISO-8859-13", "csiso885913", Form::Byte(encoding_rs::ISO_8859_13)),
    row(
        "ISO-8859-14",
        "csiso885914 iso-celtic iso-ir-199 iso_8859-14 iso_8859-14:1998 l8 latin8",
        Form::Byte(encoding_rs::ISO_8859_14),
    ),
    row("ISO-8859-15", "csiso885915 iso_8859-15 latin-9", Form::Byte(encoding_rs::ISO_8859_15)),
    row(
        "ISO-8859-16",
        "csiso885916 iso-ir-226 iso_8859-16 iso_8859-16:2001 l10 latin10",
        Form::Byte(encoding_rs::ISO_8859_16),
    ),
    row("KOI8-R", "cskoi8r", Form::Byte(encoding_rs::KOI8_R)),
    row("KOI8-U", "cskoi8u", Form::Byte(encoding_rs::KOI8_U)),
    row("macintosh", "csmacintosh mac", Form::Byte(encoding_rs::MACINTOSH)),
    row("windows-874", "cswindows874", Form::Byte(encoding_rs::WINDOWS_874)),
    row("windows-1250", "cswindows1250", Form::Byte(encoding_rs::WINDOWS_1250)),
    row("windows-1251", "cswindows1251", Form::Byte(encoding_rs::WINDOWS_1251)),
    row("windows-1252", "cswindows1252", Form::Byte(encoding_rs::WINDOWS_1252)),
    row("windows-1253", "cswindows1253", Form::Byte(encoding_rs::WINDOWS_1253)),
    row("windows-1254", "cswindows1254", Form::Byte(encoding_rs::WINDOWS_1254)),
    row("windows-1255", "cswindows1255", Form::Byte(encoding_rs::WINDOWS_1255)),
    row("windows-1256", "cswindows1256", Form::Byte(encoding_rs::WINDOWS_1256)),
    row("windows-1257", "cswindows1257", Form::Byte(encoding_rs::WINDOWS_1257)),
    row("windows-1258", "cswindows1258", Form::Byte(encoding_rs::WINDOWS_1258)),
    row("Extended_UNIX_Code_Packed_Format_for_Japanese", "cseucpkdfmtjapanese euc-jp", Form::Web(encoding_rs::EUC_JP)),
    row("ISO-2022-JP", "csiso2022jp", Form::Web(encoding_rs::ISO_2022_JP)),
    row("Shift_JIS", "csshiftjis ms_kanji", Form::Web(encoding_rs::SHIFT_JIS)),
    row("EUC-KR", "cseuckr", Form::Web(encoding_rs::EUC_KR)),
    row("GB18030", "csgb18030", Form::Web(encoding_rs::GB18030)),
    row("GBK", "cp936 csgbk ms936 windows-936", Form::Web(encoding_rs::GBK)),
    row("HZ-GB-2312", "", Form::Hz),
    row("Big5", "csbig5", Form::Web(encoding_rs::BIG5)),
];
