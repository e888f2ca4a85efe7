using System.Buffers.Binary;
using System.Numerics;

namespace Fovea.Io.PyTorch;

/// <summary>
/// PyTorch's form before 1.6: five pickles (a magic number, the version, facts about the system, the object, the names of the
/// storages), then each storage as a count and its values, which are little-endian whatever the machine.
/// </summary>
internal sealed class LegacyCheckpoint : TorchStorages
{
    private const int Version = 1001;
    private const int CountBytes = sizeof(long);
    private static readonly BigInteger s_magic = new([0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], isUnsigned: true);
    private readonly Stream _stream;
    private readonly Dictionary<string, (long At, long Elements)> _storages = [];

    private LegacyCheckpoint(Stream stream) => _stream = stream;

    public static (PickleValue Root, TorchStorages Storages, ParseBudget Budget) Read(Stream stream)
    {
        long at = 0;
        var budget = new ParseBudget(stream.Length, static problem => new PickleException(problem));
        if (Unpickler.Load(stream, ref at, budget).Value is not PickleInteger { Value: var magic } || magic != s_magic)
        {
            throw new PickleException("the file is a pickle, but does not begin with PyTorch's magic number; was it saved by torch.save?");
        }

        if (Unpickler.Load(stream, ref at, budget).Value is not PickleInteger { Value: var version } || version != Version)
        {
            throw new PickleException($"the file is not of PyTorch's protocol {Version}");
        }

        if (Unpickler.Load(stream, ref at, budget).Value is not PickleDict)
        {
            throw new PickleException("the facts about the system are not a dict");
        }

        (PickleValue root, IReadOnlyCollection<TorchStorage> storages) = Unpickler.Load(stream, ref at, budget);
        if (Unpickler.Load(stream, ref at, budget).Value is not PickleSequence { Items: var keys })
        {
            throw new PickleException("the names of the storages are not a list");
        }

        var checkpoint = new LegacyCheckpoint(stream);
        checkpoint.Locate(keys, storages, at);
        return (root, checkpoint, budget);
    }

    public override Stream Open(TorchStorage storage)
    {
        string name = ErrorText.Of(storage.Key);
        if (!_storages.TryGetValue(storage.Key, out (long At, long Elements) found))
        {
            throw new PickleException($"the values of the storage '{name}' are missing");
        }

        return found.Elements == storage.Elements
            ? new BoundedStream(_stream, found.At, storage.Bytes)
            : throw new PickleException($"the storage '{name}' should have {storage.Elements} elements, but the file has {found.Elements}");
    }

    private void Locate(IReadOnlyList<PickleValue> keys, IReadOnlyCollection<TorchStorage> storages, long at)
    {
        // How long an element is stands only in the pickle.
        var known = new Dictionary<string, TorchStorage>();
        foreach (TorchStorage storage in storages)
        {
            if (!known.TryAdd(storage.Key, storage))
            {
                throw new PickleException($"the storage '{ErrorText.Of(storage.Key)}' is described in two ways");
            }
        }

        Span<byte> count = stackalloc byte[CountBytes];
        foreach (PickleValue item in keys)
        {
            if (item is not PickleText { Value: var key } || !known.TryGetValue(key, out TorchStorage? storage))
            {
                throw new PickleException($"the storage {ErrorText.Of(item.ToString() ?? item.Kind)} belongs to no tensor of a known type");
            }

            if (_stream.Length - at < CountBytes)
            {
                throw new PickleException($"the file ends before the storage '{ErrorText.Of(key)}'; it was cut off");
            }

            _stream.Position = at;
            _stream.ReadExactly(count);
            at += CountBytes;
            long elements = BinaryPrimitives.ReadInt64LittleEndian(count);
            if (elements < 0 || elements > (_stream.Length - at) / storage.Type.Size())
            {
                throw new PickleException(
                    $"the storage '{ErrorText.Of(key)}' claims {elements} elements, but {_stream.Length - at} bytes are left; the file was cut off");
            }

            if (!_storages.TryAdd(key, (at, elements)))
            {
                throw new PickleException($"the storage '{ErrorText.Of(key)}' is there twice");
            }

            at += elements * storage.Type.Size();
        }

        if (at != _stream.Length)
        {
            throw new PickleException($"{_stream.Length - at} bytes follow the last storage");
        }
    }
}
