using System.Globalization;
using Fovea.Io.Zip;

namespace Fovea.Io.PyTorch;

/// <summary>Writes a state dict as <c>torch.save</c> does: the pickled dictionary and a file for each storage, aligned to 64 bytes.</summary>
internal sealed class PyTorchWriter
{
    private const int Alignment = 64;
    private const string Folder = "archive";
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;
    private readonly Dictionary<(Storage Memory, DType Type), int> _keys = [];
    private readonly List<Tensor> _stored = [];

    public PyTorchWriter(IReadOnlyDictionary<string, Tensor> tensors)
    {
        _tensors = tensors;
        foreach (Tensor tensor in tensors.Values)
        {
            // Views share their memory: reshapes of one tensor are stored once, as PyTorch does.
            if (_keys.TryAdd((tensor.Storage, tensor.DType), _stored.Count))
            {
                _stored.Add(tensor);
            }
        }
    }

    /// <summary>Bytes that the file takes, but for its structure.</summary>
    public long LeastBytes => _stored.Sum(t => t.Spec.Bytes);

    public void WriteTo(Stream stream)
    {
        var zip = new ZipWriter(stream);
        zip.Add($"{Folder}/data.pkl", Pickle(), alignment: Alignment);
        zip.Add($"{Folder}/byteorder", "little"u8, alignment: Alignment);
        for (int i = 0; i < _stored.Count; i++)
        {
            zip.Add(string.Create(CultureInfo.InvariantCulture, $"{Folder}/data/{i}"), _stored[i].AsBytes(), alignment: Alignment);
        }

        zip.Add($"{Folder}/version", "3\n"u8, alignment: Alignment);
        zip.Finish();
    }

    private byte[] Pickle()
    {
        PickleWriter pickle = new PickleWriter().Protocol(2);
        EmptyOrderedDict(pickle).Put(PickleOpcode.Mark);
        foreach ((string name, Tensor tensor) in _tensors)
        {
            pickle.Text(name).Global("torch._utils", "_rebuild_tensor_v2").Put(PickleOpcode.Mark);
            pickle.Put(PickleOpcode.Mark).Text("storage").Global("torch", TorchTypes.StorageOf(tensor.DType))
                .Text(_keys[(tensor.Storage, tensor.DType)].ToString(CultureInfo.InvariantCulture)).Text("cpu").Integer(tensor.Elements)
                .Put(PickleOpcode.Tuple).Put(PickleOpcode.BinPersId);
            int[] strides = [.. StridedElements.Dense(tensor.Shape.Lengths).Select(s => (int)s)];
            pickle.Integer(0).Tuple(tensor.Shape.Lengths).Tuple(strides).Put(PickleOpcode.NewFalse);
            EmptyOrderedDict(pickle).Put(PickleOpcode.Tuple).Put(PickleOpcode.Reduce);
        }

        return pickle.Put(PickleOpcode.SetItems).Put(PickleOpcode.Stop).ToArray();
    }

    private static PickleWriter EmptyOrderedDict(PickleWriter pickle) =>
        pickle.Global("collections", "OrderedDict").Put(PickleOpcode.EmptyTuple).Put(PickleOpcode.Reduce);
}
