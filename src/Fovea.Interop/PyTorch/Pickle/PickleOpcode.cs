namespace Fovea.Io.PyTorch;

/// <summary>The opcodes of pickle protocols 2 to 5 that PyTorch's files use. Every other byte is refused.</summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    EmptyTuple = (byte)')',
    Stop = (byte)'.',
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    BinFloat = (byte)'G',
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    None = (byte)'N',
    BinPersId = (byte)'Q',
    Reduce = (byte)'R',
    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinUnicode = (byte)'X',
    EmptyList = (byte)']',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    Appends = (byte)'e',
    BinGet = (byte)'h',
    LongBinGet = (byte)'j',
    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    SetItem = (byte)'s',
    Tuple = (byte)'t',
    SetItems = (byte)'u',
    EmptyDict = (byte)'}',
    Proto = 0x80,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8A,
    Long4 = 0x8B,
    ShortBinUnicode = 0x8C,
    BinUnicode8 = 0x8D,
    BinBytes8 = 0x8E,
    EmptySet = 0x8F,
    AddItems = 0x90,
    FrozenSet = 0x91,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
}

/// <summary>Python's names for the opcodes that are refused.</summary>
internal static class RefusedOpcodes
{
    /// <summary>The name of an opcode that is not in <see cref="PickleOpcode"/>, for a message.</summary>
    public static string Describe(byte code)
    {
        string? name = (char)code switch
        {
            '0' => "POP",
            '1' => "POP_MARK",
            '2' => "DUP",
            'F' => "FLOAT",
            'I' => "INT",
            'L' => "LONG",
            'P' => "PERSID",
            'S' => "STRING",
            'V' => "UNICODE",
            'd' => "DICT",
            'g' => "GET",
            'i' => "INST",
            'l' => "LIST",
            'o' => "OBJ",
            'p' => "PUT",
            '\u0081' => "NEWOBJ",
            '\u0082' => "EXT1",
            '\u0083' => "EXT2",
            '\u0084' => "EXT4",
            '\u0092' => "NEWOBJ_EX",
            '\u0096' => "BYTEARRAY8",
            '\u0097' => "NEXT_BUFFER",
            '\u0098' => "READONLY_BUFFER",
            _ => null,
        };
        return name is null ? $"0x{code:X2}" : $"{name} (0x{code:X2})";
    }
}
