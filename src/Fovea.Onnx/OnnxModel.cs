using Fovea.Io;
using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;

namespace Fovea.Onnx;

/// <summary>
/// A network from an ONNX file: a module like any other. What the file's operators multiply with and add are its parameters, under their names in
/// the file, and gradients flow to them; running statistics are its buffers. Each value that a node gives is a module of its name: its calls can be
/// listened to, and changed.
/// </summary>
/// <remarks>
/// Opsets 6 to 21 of ONNX's own domain. Everything is computed in float32, or in float64 after <c>To(DType.Float64)</c>; whole numbers in 64 bits.
/// In training mode batch norms take the statistics of the batch, but for those whose scale is frozen (requires no gradient); dropout does nothing, as
/// its inference form.
/// </remarks>
/// <example>
/// <code>
/// OnnxModel net = OnnxModel.Load("resnet18.onnx", new OnnxImportOptions { Outputs = ["/Flatten_output_0"] });
/// var classifier = new Sequential(net, new Linear(512, 10));
/// </code>
/// </example>
public sealed class OnnxModel : Module, IHasHead, IDisposable
{
    private readonly LoadedGraph _graph;

    // Those of the graph, kept from the finalizer.
    private readonly Tensor[] _constants;
    private readonly OnnxImportOptions _options;

    private OnnxModel(ModelProto model, LoadedGraph graph, OnnxImportOptions options)
    {
        (_graph, _options) = (graph, options);
        _constants = Array.ConvertAll(graph.Constants, TensorScope.Detach);
        Inputs = Array.ConvertAll(graph.Inputs, i => i.Value);
        Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim();
        Opset = graph.Opset;
        foreach (StringStringEntryProto entry in model.MetadataProps)
        {
            Texts[entry.Key] = entry.Value;
        }

        foreach ((string name, Tensor value) in graph.Parameters)
        {
            RegisterParameter(name, value);
        }

        foreach ((string name, Tensor value) in graph.Buffers)
        {
            RegisterBuffer(name, value);
        }

        foreach (NodeStep step in graph.Interpreter.Steps)
        {
            step.Shown = [.. step.Values.Select(v => v is null ? null : Register(v, new NodeValue()))];
        }
    }

    /// <summary>What the model takes, in the order of a call.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>What the model gives; a call gives the first, <see cref="CallAll"/> all of them.</summary>
    public IReadOnlyList<OnnxValue> Outputs => _graph.Outputs;

    /// <summary>What is otherwise here than in the file, such as tensors that were widened; empty for most files.</summary>
    public IReadOnlyList<string> Notes => _graph.Notes;

    /// <summary>The texts that the file keeps beside the graph.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Texts;

    /// <summary>What wrote the file, such as <c>pytorch 1.13.1</c>.</summary>
    public string Producer { get; }

    /// <summary>The version of ONNX's operators that the file imports.</summary>
    public int Opset { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HeadParameters => [.. _graph.Head];

    /// <summary>The names of the parameters in the order in which nodes first use them, the one next to the input first.</summary>
    public IReadOnlyList<string> ReadingOrder
    {
        get
        {
            var names = _graph.Parameters.ToDictionary(p => p.Value, p => p.Name);
            return [.. _graph.Interpreter.ReadingOrder().Where(names.ContainsKey).Select(t => names[t])];
        }
    }

    private Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Loads a model. Nothing of the file is executed, and only files in its folder are read beside it.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Is told how far the loading has come.</param>
    /// <param name="cancellation">Stops the loading; nothing stays of it.</param>
    /// <exception cref="OnnxException">The file is broken, or holds operators that are not known: all of them are named.</exception>
    /// <exception cref="IOException">The file, or one with its weights, cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static OnnxModel Load(
        string path, OnnxImportOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Load(stream, new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!), options, path, new WorkMeter(progress, cancellation));
        }
        catch (OnnxException error)
        {
            throw error.In(path);
        }
    }

    /// <summary>Loads the model that a stream that can seek holds from its position to its end; its weights lie in the stream itself.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Is told how far the loading has come.</param>
    /// <param name="cancellation">Stops the loading; nothing stays of it.</param>
    /// <exception cref="OnnxException">The bytes are broken, or hold operators that are not known: all of them are named.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static OnnxModel Load(
        Stream stream, OnnxImportOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, null, options, null, new WorkMeter(progress, cancellation));
    }

    /// <summary>Runs the model and gives all its outputs, in the order of <see cref="Outputs"/>.</summary>
    /// <param name="inputs">In the order of <see cref="Inputs"/>.</param>
    /// <returns>The outputs, which the current scope owns.</returns>
    /// <exception cref="ShapeException">The number or the shapes of the inputs are others than the file says.</exception>
    /// <exception cref="OnnxException">A node refuses what it gets.</exception>
    public Tensor[] CallAll(params ReadOnlySpan<Tensor> inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor[] outputs = Run(inputs.ToArray());
        foreach (Tensor output in outputs)
        {
            scope.Keep(output);
        }

        return outputs;
    }

    /// <summary>Gives the memory of the weights and constants back at once. Optional: otherwise the garbage collector finds it.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _graph.Parameters.Concat(_graph.Buffers).Select(t => t.Value).Concat(_constants))
        {
            tensor.Dispose();
        }
    }

    /// <summary>A model of a graph that was built already.</summary>
    internal static OnnxModel Of(ModelProto model, LoadedGraph graph) => new(model, graph, OnnxImportOptions.Default);

    /// <inheritdoc/>
    protected override void Reset(Generator generator)
    {
        foreach ((string name, Tensor value) in _graph.Parameters.Concat(_graph.Buffers))
        {
            _graph.FirstValues.Draw(name, value, generator.Fork(name));
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Run([x])[0];

    /// <inheritdoc/>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Run(inputs.ToArray())[0];

    private static OnnxModel Load(Stream stream, ExternalFiles? files, OnnxImportOptions? options, string? path, WorkMeter meter)
    {
        options ??= OnnxImportOptions.Default;
        using TensorScope scope = TensorScope.Begin();
        ParseBudget budget = ModelFile.Budget(stream);
        ModelProto model = ModelFile.Read(stream, ModelProto.Parser, budget, meter);
        LoadedGraph graph = GraphBuilder.Build(model, files, options.Outputs, budget, path, meter);
        meter.End();
        return new OnnxModel(model, graph, options);
    }

    private Tensor[] Run(Tensor[] inputs)
    {
        if (inputs.Length != Inputs.Count)
        {
            throw new ShapeException("OnnxModel", $"{Inputs.Count} inputs ({string.Join(", ", Inputs.Select(i => i.Name))})", $"{inputs.Length}");
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            OnnxValue declared = Inputs[i];
            ArgumentNullException.ThrowIfNull(inputs[i], nameof(inputs));
            if (inputs[i].DType != declared.DType && !(inputs[i].DType.IsFloating() && declared.DType.IsFloating()))
            {
                throw new DTypeException($"OnnxModel, input \"{declared.Name}\"", declared.DType.ToString(), inputs[i].DType.ToString());
            }

            if (_options.ChecksShapes && !declared.Fits(inputs[i].Shape))
            {
                throw new ShapeException($"OnnxModel, input \"{declared.Name}\"", declared.Lengths, inputs[i].Shape.ToString(),
                    "set ChecksShapes to false if the file fixes a length that may be another");
            }
        }

        return _graph.Interpreter.Run(inputs.Select((x, i) => (_graph.Inputs[i].Place, x)), IsTraining);
    }
}
