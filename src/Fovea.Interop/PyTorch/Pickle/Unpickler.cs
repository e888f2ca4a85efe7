using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>
/// Pickle's stack machine, restricted: the opcodes of <see cref="PickleOpcode"/>, the names of <see cref="PickleGlobals"/>, the
/// limits of <see cref="PickleLimits"/>. Containers take items only through their own opcodes, and a finished value is checked
/// to be a tree of bounded depth before anything walks it.
/// </summary>
internal sealed class Unpickler
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly PickleReader _reader;
    private readonly List<PickleValue> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, PickleValue> _memo = new(new SeededHash());
    private long _at;
    private long _spent;

    private Unpickler(PickleReader reader) => _reader = reader;

    /// <summary>Reads one pickle.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="at">Where the pickle begins; afterwards, the byte behind it.</param>
    public static PickleValue Load(Stream stream, ref long at)
    {
        var reader = new PickleReader(stream, at);
        PickleValue value = new Unpickler(reader).Run();
        PickleTree.Check(value);
        at = reader.Position;
        return value;
    }

    private PickleValue Run()
    {
        while (true)
        {
            _at = _reader.Position;
            byte code = _reader.ReadByte();
            if ((PickleOpcode)code == PickleOpcode.Stop)
            {
                PickleValue result = Pop();
                return _stack.Count == 0 && _marks.Count == 0 ? result : throw Error("the pickle stops with values left over");
            }

            Step(code);
        }
    }

    private void Step(byte code)
    {
        switch ((PickleOpcode)code)
        {
            case PickleOpcode.Proto:
                if (_reader.ReadByte() is var version and (< 2 or > 5))
                {
                    throw Error($"the pickle has the protocol {version}; expected 2 to 5");
                }

                break;
            case PickleOpcode.Frame:
                // A hint for readers without a buffer.
                _reader.ReadUInt64();
                break;
            case PickleOpcode.Mark:
                Spend(1);
                _marks.Add(_stack.Count);
                break;
            case PickleOpcode.BinPut:
                Memoize(_reader.ReadByte());
                break;
            case PickleOpcode.LongBinPut:
                Memoize(_reader.ReadUInt32());
                break;
            case PickleOpcode.Memoize:
                Memoize((uint)_memo.Count);
                break;
            case PickleOpcode.BinGet:
                Push(Recall(_reader.ReadByte()));
                break;
            case PickleOpcode.LongBinGet:
                Push(Recall(_reader.ReadUInt32()));
                break;
            case PickleOpcode.Append:
                Add(PickleSequence.List, [Pop()]);
                break;
            case PickleOpcode.Appends:
                Add(PickleSequence.List, PopToMark());
                break;
            case PickleOpcode.AddItems:
                Add(PickleSequence.Set, PopToMark());
                break;
            case PickleOpcode.SetItem:
                PickleValue value = Pop();
                SetItems([Pop(), value]);
                break;
            case PickleOpcode.SetItems:
                SetItems(PopToMark());
                break;
            case PickleOpcode.Build:
                Build(Pop());
                break;
            default:
                Push(Make(code));
                break;
        }
    }

    private PickleValue Make(byte code) => (PickleOpcode)code switch
    {
        PickleOpcode.None => PickleNone.Instance,
        PickleOpcode.NewTrue => PickleBool.True,
        PickleOpcode.NewFalse => PickleBool.False,
        PickleOpcode.BinInt => new PickleInteger(_reader.ReadInt32()),
        PickleOpcode.BinInt1 => new PickleInteger(_reader.ReadByte()),
        PickleOpcode.BinInt2 => new PickleInteger(_reader.ReadUInt16()),
        PickleOpcode.Long1 => ReadLong(_reader.ReadByte()),
        PickleOpcode.Long4 => ReadLong(_reader.ReadUInt32()),
        PickleOpcode.BinFloat => new PickleFloat(_reader.ReadDouble()),
        PickleOpcode.ShortBinUnicode => new PickleText(ReadText(_reader.ReadByte())),
        PickleOpcode.BinUnicode => new PickleText(ReadText(_reader.ReadUInt32())),
        PickleOpcode.BinUnicode8 => new PickleText(ReadText(_reader.ReadUInt64())),

        // Python 2's strings are bytes; Latin-1 keeps each.
        PickleOpcode.ShortBinString => new PickleText(Encoding.Latin1.GetString(_reader.Read(_reader.ReadByte()))),
        PickleOpcode.BinString => new PickleText(Encoding.Latin1.GetString(_reader.Read(_reader.ReadUInt32()))),
        PickleOpcode.ShortBinBytes => new PickleBytes(_reader.Read(_reader.ReadByte()).ToArray()),
        PickleOpcode.BinBytes => new PickleBytes(_reader.Read(_reader.ReadUInt32()).ToArray()),
        PickleOpcode.BinBytes8 => new PickleBytes(_reader.Read(_reader.ReadUInt64()).ToArray()),
        PickleOpcode.EmptyList => new PickleSequence(PickleSequence.List, []),
        PickleOpcode.EmptySet => new PickleSequence(PickleSequence.Set, []),
        PickleOpcode.FrozenSet => new PickleSequence(PickleSequence.Set, PopToMark()),
        PickleOpcode.EmptyDict => new PickleDict(),
        PickleOpcode.EmptyTuple => new PickleSequence(PickleSequence.Tuple, []),
        PickleOpcode.Tuple => new PickleSequence(PickleSequence.Tuple, PopToMark()),
        PickleOpcode.Tuple1 => MakeTuple(1),
        PickleOpcode.Tuple2 => MakeTuple(2),
        PickleOpcode.Tuple3 => MakeTuple(3),
        PickleOpcode.Global => PickleGlobals.Find(ReadName(), ReadName(), _at),
        PickleOpcode.StackGlobal => StackGlobal(),
        PickleOpcode.Reduce => Reduce(Pop()),
        PickleOpcode.BinPersId => PersistentId(Pop()),
        _ => throw Error($"the pickle uses the opcode {RefusedOpcodes.Describe(code)}, which is not allowed: only tensors and plain data are read"),
    };

    private PickleSequence MakeTuple(int count)
    {
        var items = new PickleValue[count];
        for (int i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        return new PickleSequence(PickleSequence.Tuple, items);
    }

    private PickleInteger ReadLong(uint bytes) => bytes <= PickleLimits.IntegerBytes
        ? new PickleInteger(new BigInteger(_reader.Read(bytes)))
        : throw Error($"an integer of {bytes:N0} bytes; at most {PickleLimits.IntegerBytes} are allowed");

    private string ReadText(ulong bytes) => Decode(_reader.Read(bytes));

    private string ReadName() => Decode(_reader.ReadLine());

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException inner)
        {
            throw new PickleException($"byte {_at}: a text in the pickle is not UTF-8", inner: inner);
        }
    }

    private PickleValue StackGlobal()
    {
        PickleValue name = Pop();
        return Pop() is PickleText module && name is PickleText text
            ? PickleGlobals.Find(module.Value, text.Value, _at)
            : throw Error("STACK_GLOBAL expects two texts");
    }

    private PickleValue Reduce(PickleValue arguments)
    {
        PickleValue callee = Pop();
        if (callee is not PickleFunction function)
        {
            throw Error($"the pickle calls a {PickleException.Show(callee.Kind)}, which is not a function that is allowed");
        }

        if (arguments is not PickleSequence { Items: var items } sequence || sequence.Kind != PickleSequence.Tuple)
        {
            throw Error($"REDUCE expects a tuple of arguments, got {PickleException.Show(arguments.Kind)}");
        }

        // Functions copy what they are given at most once.
        Spend(items.OfType<PickleSequence>().Sum(s => (long)s.Items.Count));
        return function.Call(new PickleArguments(function.Kind, items));
    }

    private PickleStorage PersistentId(PickleValue id)
    {
        if (id is not PickleSequence { Items: [PickleText { Value: var kind }, ..] items })
        {
            throw Error("a persistent id is not a tuple that begins with a text");
        }

        if (kind != "storage")
        {
            throw Error($"the pickle has a persistent id '{PickleException.Show(kind)}'; only 'storage' is read" +
                (kind == "module" ? ". A whole model was pickled: load it in PyTorch and save its state_dict()" : string.Empty));
        }

        var arguments = new PickleArguments("a storage", items).Expect(5, 6);
        var type = arguments.At<PickleStorageType>(1, "a storage type");
        string key = arguments.Text(2);
        long elements = arguments.Whole(4);
        if (elements > long.MaxValue / sizeof(double))
        {
            throw Error($"the storage '{PickleException.Show(key)}' claims {elements} elements");
        }

        var storage = new TorchStorage(key, type.Type, elements);
        if (items.Count == 5 || items[5] is PickleNone)
        {
            return new PickleStorage(storage, 0, elements);
        }

        var view = new PickleArguments("a storage view", arguments.Sequence(5).Items).Expect(3, 3);
        (long offset, long length) = (view.Whole(1), view.Whole(2));
        return offset <= elements && length <= elements - offset
            ? new PickleStorage(storage, offset, length)
            : throw Error($"a view of {length} elements at {offset} of the storage '{PickleException.Show(key)}', which has {elements}");
    }

    private void Build(PickleValue state)
    {
        switch (Top())
        {
            case PickleDict:
                // The attributes of an OrderedDict: version numbers that a state dict carries along.
                break;
            case PickleNumpyType type:
                NumpyScalars.Build(type, state);
                break;
            case var target:
                throw Error($"the pickle sets the state of a {PickleException.Show(target.Kind)}, which is not allowed");
        }
    }

    private void Add(string kind, ReadOnlySpan<PickleValue> items)
    {
        if (Top() is not PickleSequence target || target.Kind != kind)
        {
            throw Error($"the pickle adds items to a {PickleException.Show(Top().Kind)}; expected a {kind}");
        }

        Spend(items.Length);
        foreach (PickleValue item in items)
        {
            target.Add(item);
        }
    }

    private void SetItems(ReadOnlySpan<PickleValue> items)
    {
        if (Top() is not PickleDict target)
        {
            throw Error($"the pickle sets entries of a {PickleException.Show(Top().Kind)}; expected a dict");
        }

        if (items.Length % 2 != 0)
        {
            throw Error("the pickle sets a key without a value");
        }

        Spend(items.Length);
        for (int i = 0; i < items.Length; i += 2)
        {
            target.Set(items[i], items[i + 1]);
        }
    }

    private void Memoize(uint index)
    {
        Spend(1);
        _memo[index] = Top();
    }

    private PickleValue Recall(uint index) => _memo.TryGetValue(index, out PickleValue? value)
        ? value
        : throw Error($"the pickle recalls the value {index}, which it has not stored");

    private void Push(PickleValue value)
    {
        Spend(1);
        _stack.Add(value);
    }

    private PickleValue Top() => _stack.Count > Floor ? _stack[^1] : throw Error("the pickle uses a value that is not there");

    private PickleValue Pop()
    {
        PickleValue value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private PickleValue[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Error("the pickle closes a group that it has not opened");
        }

        PickleValue[] items = CollectionsMarshal.AsSpan(_stack)[Floor..].ToArray();
        _stack.RemoveRange(Floor, items.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private void Spend(long count)
    {
        _spent += count;
        if (_spent > PickleLimits.Values)
        {
            throw Error($"the pickle holds more than {PickleLimits.Values:N0} values, which is the limit");
        }
    }

    /// <summary>Keeps a file from choosing memo indices that all fall into one bucket.</summary>
    private sealed class SeededHash : IEqualityComparer<uint>
    {
        public bool Equals(uint x, uint y) => x == y;

        public int GetHashCode(uint index) => HashCode.Combine(index);
    }

    private PickleException Error(string problem) => new($"byte {_at}: {problem}");
}
