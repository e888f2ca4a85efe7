using Fovea.Onnx.Architecture;
using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;
using Google.Protobuf;

namespace Fovea.Onnx;

/// <summary>
/// What an ONNX file says of a network for images, without the numbers of its weights: it builds the network again, also for other classes, and
/// goes as text beside weights that are kept elsewhere.
/// </summary>
public sealed class OnnxArchitecture
{
    // Where the file leaves the size of images open: what most networks were made for.
    private const int UsualSize = 224;
    private readonly ModelProto _model;
    private readonly Lazy<string> _text;

    private OnnxArchitecture(ModelProto model)
    {
        _model = model;
        _text = new Lazy<string>(() => ArchitectureText.Write(model));
        if (model.Graph is not { Input: [var input], Output: [var output] } || DeclaredValues.Read(input) is not { Dimensions: [_, { Length: { } channels }, var height, var width] }
            || DeclaredValues.Read(output) is not { Dimensions: [_, { Length: { } classes }, ..] and { Count: var rank and (2 or 4) } })
        {
            throw new OnnxException("the graph is no network for images");
        }

        (Channels, Classes, GivesMaps) = (channels, classes, rank == 4);
        FixedSize = height.Length is { } high && width.Length is { } wide ? new Size2(high, wide) : null;
        var roles = new WeightRoles(new GraphNames(model.Graph, null));
        Weights = model.Graph.Initializer.Where(t => roles.IsKept(t.Name)).Sum(t => (long)Whole.Shape([.. t.Dims]).Elements);
    }

    /// <summary>Channels of the images.</summary>
    public int Channels { get; }

    /// <summary>Height and width of the images that the file fixes, in pixels; null where it leaves them open.</summary>
    public Size2? FixedSize { get; }

    /// <summary>How many classes the network tells apart, or how many features it gives.</summary>
    public int Classes { get; }

    /// <summary>Whether it gives a number for each class and pixel, [N, classes, H, W], rather than for each class.</summary>
    public bool GivesMaps { get; }

    /// <summary>How many numbers its weights and statistics have together.</summary>
    public long Weights { get; }

    /// <summary>Names of what its last layer learns; empty where it ends with features.</summary>
    public IReadOnlyList<string> Head => GraphHead.Find(_model.Graph, _model.Graph.Output[0].Name)?.Names ?? [];

    /// <summary>Reads the network of a file. Of its outputs the first is kept, and a softmax at its end is left out; notes say so.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="progress">Is told how far the loading has come.</param>
    /// <param name="cancellation">Stops the loading; nothing stays of it.</param>
    /// <exception cref="OnnxException">The file is broken, holds operators that are not known, or no network for images.</exception>
    /// <exception cref="IOException">The file, or one with its weights, cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static OnnxNetwork Open(string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var meter = new WorkMeter(progress, cancellation);
        using TensorScope scope = TensorScope.Begin();
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            var budget = ModelFile.Budget(stream);
            ModelProto model = ModelFile.Read(stream, ModelProto.Parser, budget, meter);
            var files = new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var notes = new List<string>();
            var form = ImageNetwork.Form(model.Graph ?? throw new OnnxException("the file holds no graph"), notes);
            OnnxModel whole = OnnxModel.Of(model, GraphBuilder.Build(model, files, null, budget, path, meter));
            form.Declare(Output(whole, DeclaredValues.Read(model.Graph.Input[0])));
            Strip(model, files);
            meter.End();
            return new OnnxNetwork(new OnnxArchitecture(model), StateDict.Of(whole), whole.Metadata, [.. notes, .. whole.Notes]);
        }
        catch (OnnxException error)
        {
            throw error.In(path);
        }
    }

    /// <summary>Reads the text of <see cref="ToText"/>.</summary>
    /// <exception cref="OnnxException">It is none.</exception>
    public static OnnxArchitecture FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new OnnxArchitecture(ArchitectureText.Read(text));
    }

    /// <summary>The architecture as text: the graph with the names of its weights, deflated, in Base64.</summary>
    public string ToText() => _text.Value;

    /// <summary>The same network for another number of classes: its last layer is replaced, or one is put behind what ends with features.</summary>
    /// <param name="classes">How many, at least 1.</param>
    /// <exception cref="OnnxException">The graph fixes the number behind its last layer.</exception>
    public OnnxArchitecture WithClasses(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (classes == Classes)
        {
            return this;
        }

        ModelProto model = _model.Clone();
        HeadReplacement.Apply(model.Graph, Classes, classes, GivesMaps);
        model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = classes;
        var changed = new OnnxArchitecture(model);
        return changed.Gives(classes) ? changed : throw new OnnxException($"the graph fixes the number of its classes behind its last layer: it gives {Classes}, and cannot give {classes}");
    }

    /// <summary>Builds the network. Its weights are drawn from the seed 0, unless that is deferred (<see cref="Initialization.Defer"/>).</summary>
    /// <exception cref="OnnxException">The graph holds operators that are not known.</exception>
    public OnnxModel Build()
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto model = _model.Clone();
        var size = new MemoryStream(model.ToByteArray());
        var built = OnnxModel.Of(model, GraphBuilder.Build(model, null, null, ModelFile.Budget(size), null, WorkMeter.None, isStripped: true));
        if (!Initialization.IsDeferred)
        {
            Initialization.Draw(built, new Generator(0));
        }

        return built;
    }

    private bool Gives(int classes)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        using OnnxModel built = Build();
        try
        {
            return Output(built, built.Inputs[0]) is { Rank: 2 or 4 } given && given[0] == 2 && given[1] == classes;
        }
        catch (OnnxException)
        {
            // A shape in the file that goes with the classes that were.
            return false;
        }
    }

    private static Shape Output(OnnxModel model, OnnxValue images)
    {
        model.Eval();
        (int height, int width) = (images.Dimensions![2].Length ?? UsualSize, images.Dimensions[3].Length ?? UsualSize);
        try
        {
            using Graph graph = model.Trace(new TensorSpec([2, images.Dimensions[1].Length!.Value, height, width], DType.Float32));
            return graph.Values[graph.Outputs[0]].Shape;
        }
        catch (CompileException error)
        {
            throw new OnnxException("what the graph gives has no shape before it runs: values decide it. fovea run runs any file on arrays", null, error);
        }
    }

    /// <summary>Leaves the numbers of weights and statistics out, and takes in those of constants that lie in other files.</summary>
    private static void Strip(ModelProto model, ExternalFiles files)
    {
        var roles = new WeightRoles(new GraphNames(model.Graph, null));
        for (int i = 0; i < model.Graph.Initializer.Count; i++)
        {
            TensorProto tensor = model.Graph.Initializer[i];
            if (roles.IsKept(tensor.Name))
            {
                model.Graph.Initializer[i] = new TensorProto { Name = tensor.Name, DataType = tensor.DataType, Dims = { tensor.Dims } };
            }
            else if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                using Stream data = files.Open(tensor, TensorData.StoredBytes(tensor));
                byte[] raw = new byte[TensorData.StoredBytes(tensor)];
                data.ReadExactly(raw);
                model.Graph.Initializer[i] = new TensorProto { Name = tensor.Name, DataType = tensor.DataType, Dims = { tensor.Dims }, RawData = ByteString.CopyFrom(raw) };
            }
        }

        model.MetadataProps.Clear();
        model.DocString = model.Graph.DocString = string.Empty;
        model.TrainingInfo.Clear();
    }
}

/// <summary>A network of an ONNX file: what it is, and its weights.</summary>
/// <param name="Architecture">What it is.</param>
/// <param name="State">Its weights and statistics, by their names in the file; they belong to nobody's scope.</param>
/// <param name="Metadata">The texts that the file keeps beside the graph.</param>
/// <param name="Notes">What is otherwise here than in the file; empty for most files.</param>
public sealed record OnnxNetwork(
    OnnxArchitecture Architecture, IReadOnlyDictionary<string, Tensor> State, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Notes);
