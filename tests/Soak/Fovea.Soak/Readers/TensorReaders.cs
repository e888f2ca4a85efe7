using System.Text;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Mutating;
using Fovea.Training;

namespace Fovea.Soak.Readers;

/// <summary>safetensors, with what their metadata say of the model.</summary>
public sealed class SafetensorsReader() : Reader("safetensors", new SafetensorsStructure())
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Goldens.Files("pth", "*.safetensors"), Goldens.Safetensors(Goldens.Metadata)];

    public override long Read(byte[] file, string folder)
    {
        SafetensorsFile read = SafetensorsFile.Read(file);
        ModelDescription.FromMetadata(read.Metadata);
        return Bytes(read.Tensors.Values);
    }
}

/// <summary>The index of several safetensors files, with sound ones beside it.</summary>
public sealed class ShardIndexReader() : Reader("safetensors-index", TextStructure.Json)
{
    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        """{"metadata":{"total_size":28},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c\u00e9":"m-2.safetensors"}}"""u8.ToArray(),
        """{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors"},"more":[1,{"x":null},"y"]}"""u8.ToArray(),
    ];

    public override long Read(byte[] file, string folder)
    {
        foreach ((string name, string[] tensors) in new[] { ("m-1.safetensors", new[] { "a", "b" }), ("m-2.safetensors", ["cé"]) })
        {
            string part = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
            if (!File.Exists(part))
            {
                using var scope = TensorScope.Begin();
                SafetensorsFile.Write(part, tensors.ToDictionary(t => t, _ => Tensor.Ones([3])));
            }
        }

        string index = Path.Combine(folder, "model.safetensors.index.json");
        File.WriteAllBytes(index, file);
        return Bytes(WeightsFile.Read(index).Tensors.Values);
    }
}

/// <summary>Checkpoints of runs.</summary>
public sealed class CheckpointReader() : Reader("checkpoint", new CheckpointStructure())
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [Make()];

    public override long Read(byte[] file, string folder) => Bytes(Checkpoint.Read(new MemoryStream(file)).Tensors.Values);

    private static byte[] Make()
    {
        using var scope = TensorScope.Begin();
        var stream = new MemoryStream();
        Checkpoint.Write(stream, SafetensorsFile.Read(Goldens.Safetensors(Goldens.Metadata)).Tensors, Goldens.Metadata);
        return stream.ToArray();
    }
}

/// <summary>The JSON that describes a model.</summary>
public sealed class DescriptionReader() : Reader("description", TextStructure.Json)
{
    private const string Key = "fovea";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Goldens.Descriptions.Select(d => Encoding.UTF8.GetBytes(d.ToMetadata()[Key]))];

    public override long Read(byte[] file, string folder)
    {
        ModelDescription.FromMetadata(new Dictionary<string, string> { [Key] = Encoding.UTF8.GetString(file) })?.ToString();
        return 0;
    }
}

/// <summary>NumPy's arrays.</summary>
public sealed class NpyReader() : Reader("npy", new NpyStructure())
{
    public override IReadOnlyList<byte[]> Seeds { get; } = Goldens.Files("npy", "*.npy");

    public override long Read(byte[] file, string folder) => NpyFile.Read(new MemoryStream(file)).Spec.Bytes;
}

/// <summary>NumPy's archives.</summary>
public sealed class NpzReader() : Reader("npz", new ZipStructure(new NpyStructure()))
{
    public override IReadOnlyList<byte[]> Seeds { get; } = Goldens.Files("npy", "*.npz");

    public override long Read(byte[] file, string folder) => Bytes(NpzFile.Read(new MemoryStream(file)).Values);
}

/// <summary>PyTorch's files: every tensor, and the state dict among them.</summary>
public sealed class PyTorchReader(string name, FileStructure structure, string pattern) : Reader(name, structure)
{
    public override IReadOnlyList<byte[]> Seeds { get; } = Goldens.Files("pth", pattern);

    public override long Read(byte[] file, string folder)
    {
        PyTorchFile read = PyTorchFile.Read(new MemoryStream(file));
        IReadOnlyDictionary<string, Tensor> tensors = read.Tensors;
        Each([() => read.FindState()]);
        return Bytes(tensors.Values.Distinct());
    }
}
