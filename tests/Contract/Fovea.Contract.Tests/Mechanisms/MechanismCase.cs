using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Mechanisms;

/// <summary>A mechanism built, loaded and fed as one of the committed goldens says: the configurations that every contract is tried on.</summary>
internal sealed class MechanismCase : IDisposable
{
    private readonly SafetensorsFile _file;

    private MechanismCase(string name)
    {
        _file = SafetensorsFile.Read(Repository.Golden("mechanisms", $"{name}.safetensors"));
        Entry = Catalog.Find(_file.Metadata["mechanism"]);
        Config = JsonNode.Parse(_file.Metadata["config"])!.AsObject();
        Module = Build();
        Inputs = [.. Enumerable.Range(0, 9).Select(i => _file.Tensors.GetValueOrDefault($"input.{i}")).TakeWhile(t => t is not null).Select(t => t!)];
        Cotangent = _file.Tensors["cotangent.0"];
    }

    /// <summary>Every golden, as <c>key/case</c>.</summary>
    public static TheoryData<string> All
    {
        get
        {
            string root = Repository.Golden("mechanisms");
            return
            [
                .. Directory.GetFiles(root, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                    .Select(f => Path.ChangeExtension(Path.GetRelativePath(root, f), null).Replace('\\', '/')),
            ];
        }
    }

    public Entry Entry { get; }

    public JsonObject Config { get; }

    public Module Module { get; }

    public Tensor[] Inputs { get; }

    public Tensor Cotangent { get; }

    public static MechanismCase Open(string name) => new(name);

    /// <summary>Another module of the same configuration, state and mode.</summary>
    public Module Build()
    {
        Module module = Entry.Create(Config);
        StateDict.Load(module, _file.Tensors
            .Where(t => t.Key.StartsWith("param.", StringComparison.Ordinal) || t.Key.StartsWith("buffer.", StringComparison.Ordinal))
            .ToDictionary(t => t.Key[(t.Key.IndexOf('.', StringComparison.Ordinal) + 1)..], t => t.Value));
        return module.Train(_file.Metadata["mode"] == "train");
    }

    public static Tensor Call(Module module, Tensor[] inputs) => inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);

    public void Dispose()
    {
        foreach (Tensor tensor in _file.Tensors.Values.Concat(StateDict.Of(Module).Values))
        {
            tensor.ClearGrad();
            tensor.Dispose();
        }
    }
}
