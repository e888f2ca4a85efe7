using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Converting;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Simd.Drivers;
using Fovea.Training;

namespace Fovea.Cli.Flags;

/// <summary>What <c>bench</c> and <c>profile</c> look at, and how: a mechanism on a shape, or a model on images.</summary>
internal sealed record SubjectOptions
{
    public string? Mechanism { get; init; }

    public string? Model { get; init; }

    /// <summary>A file of weights, whose model is looked at.</summary>
    public string? Weights { get; init; }

    public int[]? Shape { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = CommonFlags.NoOptions;

    public string? Attention { get; init; }

    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = CommonFlags.NoOptions;

    public string? AttentionAt { get; init; }

    public int Batch { get; init; } = 1;

    public Size2? ImageSize { get; init; }

    public int? Threads { get; init; }

    public int? Runs { get; init; }

    public BenchmarkPass Pass { get; init; }

    public bool All { get; init; }

    public bool Eager { get; init; }

    /// <summary>What computes it; null for our own engine.</summary>
    public IModuleEngine? Engine { get; init; }

    public bool Compiled { get; init; }
}

/// <summary>A module with inputs for it.</summary>
/// <param name="Name">The mechanism, or the model with the mechanism in it.</param>
/// <param name="Module">It.</param>
/// <param name="Inputs">What to call it with.</param>
internal sealed record Subject(string Name, Module Module, Tensor[] Inputs);

/// <summary>The flags that say what to look at, and the module they mean.</summary>
internal static class SubjectFlags
{
    private const int UsualSize = 224;

    private static readonly int[] s_usual = [1, 256, 56, 56];

    private static readonly FlagValue<int[]> s_shape = new("N,C,H,W", text =>
    {
        string[] words = text.Split(',');
        int[] lengths = [.. words.Select(w => int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        if (lengths.Length is < 3 or > 5 || lengths.Any(n => n <= 0))
        {
            throw new FormatException($"expected 3 to 5 lengths above 0, such as 8,256,56,56, got \"{text}\".");
        }

        try
        {
            return ShapeOf(lengths).Lengths.ToArray();
        }
        catch (OptionException e)
        {
            throw new FormatException(e.Message, e);
        }
    });

    /// <summary>The flags of a mechanism: its shape and its options.</summary>
    public static FlagSet<SubjectOptions> Mechanism(this FlagSet<SubjectOptions> flags) => flags
        .Add("--shape", s_shape, "Shape of the mechanism's input: N,C,H,W, for tokens N,L,D; default 1,256,56,56.", (o, v) => o with { Shape = v })
        .AddPairs("--option", "An option of the mechanism, as fovea show KEY lists them; what follows from the shape is filled in. "
            + "May be given several times.", (o, v) => o with { Options = v });

    /// <summary>The flags of a model: its images and the attention in it.</summary>
    public static FlagSet<SubjectOptions> Images(this FlagSet<SubjectOptions> flags) => flags
        .BatchSize("Images at a time; default 1.", (o, v) => o with { Batch = v })
        .ImageSize("default: the model's own", (o, v) => o with { ImageSize = v })
        .Attention("default: none", (o, v) => o with { Attention = v }, (o, v) => o with { AttentionOptions = v }, (o, v) => o with { AttentionAt = v });

    /// <summary>What to say about flags that mean nothing for a mechanism, or for a model; null if there are none.</summary>
    /// <param name="given">The flags.</param>
    /// <param name="subject">How the mechanism or the model was named.</param>
    /// <param name="isMechanism">Which of the two it is.</param>
    public static string? Misplaced(GivenFlags given, string subject, bool isMechanism) => isMechanism
        ? given.Refuse($"{subject}, a mechanism", "--attention", "--attention-option", "--attention-at", "--image-size")
            ?? (given["--shape"] is not null ? given.Refuse("--shape, whose first length is the batch", "--batch-size") : null)
        : given.Refuse($"{subject}, a model", "--shape", "--option");

    /// <summary>Builds what the options mean, with the same weights and inputs every time.</summary>
    /// <param name="options">The options.</param>
    /// <param name="progress">Is told how far the reading of a file has come.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="OptionException">An option does not fit, or the input would be larger than a tensor can be.</exception>
    public static Subject Build(SubjectOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (options.Mechanism is not { } key)
        {
            return BuildModel(options, progress, stop);
        }

        Entry entry = Catalog.Find(key);
        var shape = ShapeOf(options.Shape ?? [options.Batch, .. s_usual[1..]]);
        Module module = entry.CreateFor(ExampleInputs.SlotOf(entry.Card, shape), Json(entry.Card, options.Options));
        Initialization.Draw(module, new Generator(0));
        return new Subject(key, module, ExampleInputs.For(entry.Card, shape));
    }

    /// <summary>Runs with the number of threads that was asked for, and puts it back.</summary>
    public static T WithThreads<T>(int? threads, Func<T> run)
    {
        int before = ParallelPool.Threads;
        ParallelPool.Threads = threads ?? before;
        try
        {
            return run();
        }
        finally
        {
            ParallelPool.Threads = before;
        }
    }

    private static Subject BuildModel(SubjectOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
        if (options.Weights is { } file && FileKinds.IsOnnx(file))
        {
            return OfOnnx(file, options, progress, stop);
        }

        var request = new ModelRequest
        {
            Model = options.Model,
            Attention = options.Attention,
            AttentionAt = options.AttentionAt,
            AttentionOptions = options.AttentionOptions,
            ImageSize = options.ImageSize,
        };
        (Module module, ModelDescription description) = options.Weights is null ? Fresh(request) : OfWeights(options.Weights, request, progress, stop);
        Tensor images = Tensor.Empty(ShapeOf(options.Batch, description.Mean.Count, description.ImageSize.Height, description.ImageSize.Width));
        new Generator(0).FillNormal(images.AsSpan<float>());
        return new Subject(description.Key, module, [images]);
    }

    /// <summary>A network of an ONNX file on random numbers: batch and image size go where the file leaves a length open.</summary>
    private static Subject OfOnnx(string path, SubjectOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (options.Attention is not null || options.AttentionAt is not null)
        {
            throw new OptionException(path, "an ONNX file is a whole network; --attention and --attention-at are for models of the catalogue.");
        }

        OnnxModel model = WeightsSources.Read(path, file => OnnxModel.Load(file, null, progress, stop), progress, stop);
        Size2 size = options.ImageSize ?? UsualSize;
        Tensor[] inputs = [.. model.Inputs.Select(i => i.Example(options.Batch, size.Height, size.Width)).Select(s => Tensor.Zeros(s.Shape, s.DType))];
        foreach (Tensor input in inputs.Where(i => i.DType == DType.Float32))
        {
            new Generator(0).FillNormal(input.AsSpan<float>());
        }

        return new Subject(WeightsSources.FileNameOf(path), model, inputs);
    }

    private static (Module Module, ModelDescription Description) OfWeights(
        string weights, ModelRequest request, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        var trained = TrainedModel.Open(weights, request, progress, stop);
        return (trained.Model.Train(), trained.Description);
    }

    private static (Module Module, ModelDescription Description) Fresh(ModelRequest request)
    {
        ModelEntry entry = ModelCatalog.Find(request.Model!);
        ModelDescription description = request.ApplyTo(new ModelDescription
        {
            Model = entry.Key,
            Classes = ModelDescription.Numbered(entry.ImageSize == 224 ? 1000 : 10),
            ImageSize = entry.ImageSize,
        });
        Module module = description.Build();
        Initialization.Draw(module, new Generator(0));
        return (module, description);
    }

    private static Shape ShapeOf(params int[] lengths)
    {
        try
        {
            return new Shape(lengths);
        }
        catch (ShapeException)
        {
            throw new OptionException("input", $"a tensor holds at most {int.MaxValue:N0} numbers, and {string.Join(" × ", lengths)} are more; make it smaller.");
        }
    }

    private static JsonObject Json(Card card, IReadOnlyDictionary<string, string> options) =>
        new(options.Select(o => KeyValuePair.Create(o.Key, Fovea.Attention.AttentionOptions.Parse(card, o.Key, o.Value))));
}
