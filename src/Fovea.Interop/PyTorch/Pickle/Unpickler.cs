namespace Fovea.Io.PyTorch;

/// <summary>
/// Pickle's stack machine, restricted: the opcodes of <see cref="PickleOpcode"/>, the meanings of <see cref="PickleGlobals"/> and inert objects
/// for every other name, the limits of <see cref="PickleLimits"/> and of a <see cref="ParseBudget"/>. Containers take items only through
/// their own opcodes, and a finished value is checked to be a tree of bounded depth before anything walks it.
/// </summary>
internal sealed class Unpickler
{
    private readonly PickleReader _reader;
    private readonly PickleScalars _scalars;
    private readonly PickleStack _stack;
    private readonly PickleGlobals _globals;
    private readonly TorchStorageTable _storages;
    private readonly ParseBudget _budget;

    private Unpickler(PickleReader reader, ParseBudget budget)
    {
        _reader = reader;
        _budget = budget;
        _scalars = new PickleScalars(reader, budget);
        _stack = new PickleStack(budget);
        _globals = new PickleGlobals(budget);
        _storages = new TorchStorageTable(budget);
    }

    /// <summary>Reads one pickle.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="at">Where the pickle begins; afterwards, the byte behind it.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The value, and every storage that the pickle names.</returns>
    public static (PickleValue Value, IReadOnlyCollection<TorchStorage> Storages) Load(Stream stream, ref long at, ParseBudget budget)
    {
        var reader = new PickleReader(stream, at);
        var unpickler = new Unpickler(reader, budget);
        PickleValue value = unpickler.Run();
        PickleTree.Check(value);
        at = reader.Position;
        return (value, unpickler._storages.All);
    }

    private PickleValue Run()
    {
        while (true)
        {
            long at = _reader.Position;
            try
            {
                byte code = _reader.ReadByte();
                if ((PickleOpcode)code == PickleOpcode.Stop)
                {
                    PickleValue result = _stack.Pop();
                    return _stack.IsEmpty ? result : throw new PickleException("the pickle stops with values left over");
                }

                Step((PickleOpcode)code, at);
            }
            catch (PickleException error) when (!error.Problem.StartsWith("byte ", StringComparison.Ordinal))
            {
                throw new PickleException($"byte {at}: {error.Problem}", inner: error);
            }
        }
    }

    private void Step(PickleOpcode code, long at)
    {
        switch (code)
        {
            case PickleOpcode.Proto:
                if (_reader.ReadByte() is var version and > 5)
                {
                    throw new PickleException($"the pickle has the protocol {version}; expected 0 to 5");
                }

                break;
            case PickleOpcode.Frame:
                // A hint for readers without a buffer.
                _reader.ReadUInt64();
                break;
            case PickleOpcode.Mark:
                _stack.Mark();
                break;
            case PickleOpcode.Pop:
                _stack.Drop();
                break;
            case PickleOpcode.PopMark:
                _stack.PopToMark();
                break;
            case PickleOpcode.BinPut:
                _stack.Store(_reader.ReadByte());
                break;
            case PickleOpcode.LongBinPut:
                _stack.Store(_reader.ReadUInt32());
                break;
            case PickleOpcode.Put:
                _stack.Store(_scalars.ReadIndex());
                break;
            case PickleOpcode.Memoize:
                _stack.Store(_stack.Stored);
                break;
            case PickleOpcode.Append:
                Add(PickleSequence.List, [_stack.Pop()]);
                break;
            case PickleOpcode.Appends:
                Add(PickleSequence.List, _stack.PopToMark());
                break;
            case PickleOpcode.AddItems:
                Add(PickleSequence.Set, _stack.PopToMark());
                break;
            case PickleOpcode.SetItem:
                SetItems(_stack.Pop(2));
                break;
            case PickleOpcode.SetItems:
                SetItems(_stack.PopToMark());
                break;
            case PickleOpcode.Build:
                Build(_stack.Pop());
                break;
            default:
                _stack.Push(Make(code, at));
                break;
        }
    }

    private PickleValue Make(PickleOpcode code, long at) => code switch
    {
        PickleOpcode.None => PickleNone.Instance,
        PickleOpcode.NewTrue => PickleBool.True,
        PickleOpcode.NewFalse => PickleBool.False,
        PickleOpcode.BinGet => _stack.Recall(_reader.ReadByte()),
        PickleOpcode.LongBinGet => _stack.Recall(_reader.ReadUInt32()),
        PickleOpcode.Get => _stack.Recall(_scalars.ReadIndex()),
        PickleOpcode.Duplicate => _stack.Top(),
        PickleOpcode.EmptyList => Sequence(PickleSequence.List, []),
        PickleOpcode.List => Sequence(PickleSequence.List, _stack.PopToMark()),
        PickleOpcode.EmptySet => Sequence(PickleSequence.Set, []),
        PickleOpcode.FrozenSet => Sequence(PickleSequence.Set, _stack.PopToMark()),
        PickleOpcode.EmptyTuple => Sequence(PickleSequence.Tuple, []),
        PickleOpcode.Tuple => Sequence(PickleSequence.Tuple, _stack.PopToMark()),
        PickleOpcode.Tuple1 => Sequence(PickleSequence.Tuple, _stack.Pop(1)),
        PickleOpcode.Tuple2 => Sequence(PickleSequence.Tuple, _stack.Pop(2)),
        PickleOpcode.Tuple3 => Sequence(PickleSequence.Tuple, _stack.Pop(3)),
        PickleOpcode.EmptyDict => NewDict([]),
        PickleOpcode.Dict => NewDict(_stack.PopToMark()),
        PickleOpcode.Global => _globals.Find(_scalars.ReadName(), _scalars.ReadName(), at),
        PickleOpcode.StackGlobal => _stack.Pop(2) is [PickleText module, PickleText name]
            ? _globals.Find(module.Value, name.Value, at)
            : throw new PickleException("STACK_GLOBAL expects two texts"),
        PickleOpcode.Reduce or PickleOpcode.NewObject => _stack.Pop(2) is [var callee, var arguments] ? Call(callee, arguments) : throw new InvalidOperationException(),
        PickleOpcode.NewObjectEx => _stack.Pop(3) is [PickleObject callee, PickleSequence arguments, _]
            ? Call(callee, arguments)
            : throw new PickleException("NEWOBJ_EX expects a class, a tuple and a dict"),
        PickleOpcode.Instance => Call(_globals.Find(_scalars.ReadName(), _scalars.ReadName(), at), Sequence(PickleSequence.Tuple, _stack.PopToMark())),
        PickleOpcode.Object => _stack.PopToMark() is [var callee, .. var arguments]
            ? Call(callee, Sequence(PickleSequence.Tuple, arguments))
            : throw new PickleException("OBJ expects a class"),
        PickleOpcode.BinPersId => _storages.Find(_stack.Pop()),
        PickleOpcode.PersId => _storages.Find(_scalars.ReadLine(2 * PickleLimits.NameBytes, "a persistent id")),
        _ => _scalars.Read(code) ?? throw new PickleException($"the pickle uses the opcode {RefusedOpcodes.Describe((byte)code)}, which is not allowed"),
    };

    private PickleSequence Sequence(string kind, PickleValue[] items)
    {
        _budget.Take(PickleLimits.ContainerBytes + (long)items.Length * PickleLimits.ItemBytes);
        return new PickleSequence(kind, items);
    }

    private PickleDict NewDict(PickleValue[] items)
    {
        _budget.Take(PickleLimits.ContainerBytes);
        var dict = new PickleDict();
        SetItems(items, dict.Set);
        return dict;
    }

    private PickleValue Call(PickleValue callee, PickleValue arguments)
    {
        if (callee is not (PickleFunction or PickleObject))
        {
            throw new PickleException($"the pickle calls a {ErrorText.Of(callee.Kind)}, which is not a function");
        }

        if (arguments is not PickleSequence { Items: var items } sequence || sequence.Kind != PickleSequence.Tuple)
        {
            throw new PickleException($"REDUCE expects a tuple of arguments, got {ErrorText.Of(arguments.Kind)}");
        }

        _budget.Take(callee is PickleObject ? PickleLimits.ContainerBytes : PickleLimits.TensorBytes);
        return callee is PickleFunction function ? function.Call(new PickleArguments(function.Kind, items, _budget)) : ((PickleObject)callee).Call(items);
    }

    private void Build(PickleValue state)
    {
        switch (_stack.Top())
        {
            case PickleDict or PickleObject:
                // The attributes of an OrderedDict, such as version numbers that a state dict carries along; the state of what is inert.
                break;
            case PickleNumpyType type:
                NumpyScalars.Build(type, state);
                break;
            case var target:
                throw new PickleException($"the pickle sets the state of a {ErrorText.Of(target.Kind)}, which has none");
        }
    }

    private void Add(string kind, PickleValue[] items)
    {
        switch (_stack.Top())
        {
            case PickleSequence target when target.Kind == kind:
                _stack.Spend(items.Length);
                _budget.Take((long)items.Length * PickleLimits.ItemBytes);
                target.Add(items);
                break;
            case PickleObject:
                // A subclass of list or set, or a queue: what is in it is its own affair.
                break;
            case var target:
                throw new PickleException($"the pickle adds items to a {ErrorText.Of(target.Kind)}; expected a {kind}");
        }
    }

    private void SetItems(PickleValue[] items)
    {
        switch (_stack.Top())
        {
            case PickleDict target:
                SetItems(items, target.Set);
                break;
            case PickleObject target:
                SetItems(items, target.Set);
                break;
            case var target:
                throw new PickleException($"the pickle sets entries of a {ErrorText.Of(target.Kind)}; expected a dict");
        }
    }

    private void SetItems(PickleValue[] items, Func<PickleValue, PickleValue, bool> set)
    {
        if (items.Length % 2 != 0)
        {
            throw new PickleException("the pickle sets a key without a value");
        }

        _stack.Spend(items.Length);
        for (int i = 0; i < items.Length; i += 2)
        {
            _budget.Take(set(items[i], items[i + 1]) ? PickleLimits.EntryBytes : 0);
        }
    }
}
