using Fovea.Io.Zip;

namespace Fovea.Io.PyTorch;

/// <summary>
/// PyTorch's form since 1.6: a zip archive with one folder, in it <c>data.pkl</c> and a file for each storage.
/// </summary>
internal sealed class ZipCheckpoint : TorchStorages
{
    private const string PickleName = "data.pkl";
    private readonly ZipReader _zip;
    private readonly string _folder;

    private ZipCheckpoint(ZipReader zip, string folder)
    {
        _zip = zip;
        _folder = folder;
        if (zip.Find($"{folder}/byteorder") is { } entry)
        {
            IsBigEndian = zip.ReadAll(entry, PickleLimits.NameBytes).AsSpan() switch
            {
                [.. var order] when order.SequenceEqual("little"u8) => false,
                [.. var order] when order.SequenceEqual("big"u8) => true,
                _ => throw new PickleException("the file's byteorder is neither 'little' nor 'big'"),
            };
        }
    }

    public override bool IsBigEndian { get; }

    public static (PickleValue Root, TorchStorages Storages, ParseBudget Budget) Read(Stream stream)
    {
        var zip = new ZipReader(stream, static problem => new PickleException(problem));
        string[] found =
        [
            .. zip.Entries.Select(e => e.Name).Where(n => n.IndexOf('/') == n.Length - PickleName.Length - 1 && n.EndsWith($"/{PickleName}", StringComparison.Ordinal))
                .Select(n => n[..^(PickleName.Length + 1)]),
        ];
        if (found is not [var folder])
        {
            throw new PickleException(found.Length == 0
                ? $"the zip archive holds no folder with a {PickleName}; is it a PyTorch file?"
                : $"the zip archive holds {found.Length} folders with a {PickleName}; expected one");
        }

        if (zip.Find($"{folder}/constants.pkl") is not null)
        {
            throw new PickleException("the file is a TorchScript program (torch.jit.save); load it in PyTorch and save its state_dict()");
        }

        var checkpoint = new ZipCheckpoint(zip, folder);
        ZipEntry entry = zip.Find($"{folder}/{PickleName}")!;
        var budget = new ParseBudget(entry.PackedBytes, static problem => new PickleException(problem));
        budget.Take(entry.Bytes);
        long at = 0;
        using var pickle = new MemoryStream(zip.ReadAll(entry, PickleLimits.Bytes));
        (PickleValue root, _) = Unpickler.Load(pickle, ref at, budget);
        return at == pickle.Length ? (root, checkpoint, budget) : throw new PickleException($"{pickle.Length - at} bytes follow the pickle in {PickleName}");
    }

    public override Stream Open(TorchStorage storage)
    {
        string name = ErrorText.Of(storage.Key);
        ZipEntry entry = _zip.Find($"{_folder}/data/{storage.Key}")
            ?? throw new PickleException($"the storage '{name}' is missing: the archive has no {ErrorText.Of(_folder)}/data/{name}");
        return entry.Bytes == storage.Bytes
            ? _zip.Open(entry)
            : throw new PickleException($"the storage '{name}' should take {storage.Bytes} bytes, but the archive has {entry.Bytes}");
    }
}
