using Fovea.Onnx.Export;
using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;

namespace Fovea.Onnx;

/// <summary>The named tensors of an ONNX file without its graph: a state dict, where its writer kept the names.</summary>
/// <param name="Tensors">
/// The initialisers of floats that are learnt or running statistics, by name; they belong to the scope that was current when the file was read.
/// </param>
/// <param name="Metadata">The texts that the file keeps beside the graph.</param>
public sealed record OnnxWeights(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Reads the tensors of a file, those in files beside it included.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how far the loading has come.</param>
    /// <param name="cancellation">Stops the loading; nothing stays of it.</param>
    /// <exception cref="OnnxException">The file is broken.</exception>
    /// <exception cref="IOException">The file, or one with its weights, cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static OnnxWeights Read(string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var meter = new WorkMeter(progress, cancellation);
        ModelProto model = Parse(path, meter);
        using TensorScope scope = TensorScope.Begin();
        var initializers = new Initializers(new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!));
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            TensorProto[] state = [.. State(model)];
            meter.Begin(WorkStage.Building, state.Length);
            foreach (TensorProto proto in state)
            {
                meter.Step();
                Tensor tensor = initializers.Read(proto);
                if (tensor.DType.IsFloating() && !tensors.TryAdd(proto.Name, tensor))
                {
                    throw new OnnxException($"two tensors are named \"{proto.Name}\"");
                }
            }
        }
        catch (OnnxException error)
        {
            throw error.In(path);
        }

        foreach (Tensor tensor in tensors.Values)
        {
            scope.Keep(tensor);
        }

        meter.End();
        return new OnnxWeights(tensors, Texts(model));
    }

    /// <summary>Reads the texts alone.</summary>
    /// <exception cref="OnnxException">The file is broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Texts(Parse(path, WorkMeter.None));
    }

    /// <summary>What belongs to a state dict: of files that export wrote, what is not noted to be a constant; of others, what their operators tell.</summary>
    private static IEnumerable<TensorProto> State(ModelProto model)
    {
        if (model.Graph is null)
        {
            return [];
        }

        if (model.ProducerName == ModelWriter.Producer)
        {
            return model.Graph.Initializer.Where(t => t.DocString != ModelWriter.ConstantNote);
        }

        var roles = new WeightRoles(new GraphNames(model.Graph, null));
        return model.Graph.Initializer.Where(t => roles.IsKept(t.Name));
    }

    private static Dictionary<string, string> Texts(ModelProto model)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in model.MetadataProps)
        {
            texts[entry.Key] = entry.Value;
        }

        return texts;
    }

    private static ModelProto Parse(string path, WorkMeter meter)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return ModelFile.Read(stream, ModelProto.Parser, ModelFile.Budget(stream), meter);
        }
        catch (OnnxException error)
        {
            throw error.In(path);
        }
    }
}
