using System.CommandLine;
using Fovea.Attention;
using Fovea.Cli.Converting;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Io;

namespace Fovea.Cli.Verbs;

/// <summary><c>convert IN OUT</c>: weights to weights, images to images, by extension.</summary>
internal static class ConvertVerb
{
    private sealed record ConvertOptions
    {
        public PixelSize? Size { get; init; }

        public ResizeFilter? Filter { get; init; }

        public string? Key { get; init; }

        public ImportTarget Import { get; init; } = new();

        public bool Force { get; init; }
    }

    public static Verb Build()
    {
        var verb = new Verb(
            "convert",
            $"Read weights or an image and write it in the format of the new extension: {FileKinds.Writable}. Images are decoded and resized exactly as for training.",
            "fovea convert resnet20.th resnet20.safetensors",
            "fovea convert photo.jpg photo.png --resize 224x224 --filter bilinear",
            "fovea convert resnet50.pth resnet50.safetensors --from torchvision --model resnet50",
            "fovea convert cbam.pth cbam.safetensors --from official-cbam --mechanism cbam --option channels=64");
        Argument<string> input = verb.AddArgument<string>("in", "The file to read, of weights also hf:owner/name[@revision][/file] or https:…; .jpg and .tif are read as well, and stack.tif#3 is the third page of a TIFF file.", ArgumentArity.ExactlyOne);
        Argument<string> output = verb.AddArgument<string>("out", "The file to write.", ArgumentArity.ExactlyOne, FlagValues.OutputFile);
        FlagSet<ConvertOptions> flags = new FlagSet<ConvertOptions>()
            .Group("Images")
            .Add("--resize", PixelSize.Value, "Resize, as Pillow does, to this width and height.", (o, v) => o with { Size = v })
            .Add("--filter", FlagValues.Word<ResizeFilter>(), "The kernel of the resize; default bilinear.", (o, v) => o with { Filter = v })
            .AddSwitch("--as-stored", "The same as --orientation ignore.",
                (o, v) => v ? Oriented(o, OrientationHandling.Ignore) : o)
            .Rule(given => given["--as-stored"] is not null ? given.Refuse("--as-stored", "--orientation") : null)
            .Group("Weights")
            .Add("--key", FlagValues.Text("NAME"), "Which state dict of a PyTorch file that holds several: its key, dots lead into nested ones (state.model).", (o, v) => o with { Key = v })
            .From("The library whose names and layouts the weights have, as fovea list --sources prints them; "
                + "auto finds it by the names. They are brought into Fovea's, for the model or mechanism named beside it.", (o, v) => o with { Import = o.Import with { Source = v } })
            .Model("with --from", (o, v) => o with { Import = o.Import with { Model = v } }, (o, v) => o with { Import = o.Import with { Attention = v } })
            .Attention("with --from and --model", (o, v) => o with { Import = o.Import with { Attention = v } },
                (o, v) => o with { Import = o.Import with { AttentionOptions = v } }, (o, v) => o with { Import = o.Import with { AttentionAt = v } })
            .ImageSize("with --from; default: the model's own", (o, v) => o with { Import = o.Import with { ImageSize = v } })
            .Strict((o, v) => o with { Import = o.Import with { Strict = v } })
            .Preprocessing(o => o.Import.Preprocessing, (o, v) => o with { Import = o.Import with { Preprocessing = v } })
            .Add("--part", FlagValues.Text("NAME"), "Take only the tensors below this name of the source's model, such as head.sa; with --from.",
                (o, v) => o with { Import = o.Import with { Part = v } })
            .Add("--mechanism", FlagValues.Name("mechanism", Catalog.Keys), "The mechanism, as fovea list names it; with --from.", (o, v) => o with { Import = o.Import with { Mechanism = v } })
            .AddMany("--option", FlagValues.Pair, "An option of the mechanism, as fovea show KEY lists them; what the source implies is filled in. May be given several times.",
                (o, v) => o with { Import = o.Import with { Options = v.GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value) } })
            .Group("Output")
            .AddSwitch("--force -f", "Replace a file that is there already.", (o, v) => o with { Force = v });
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed =>
        {
            InvocationConfiguration where = parsed.InvocationConfiguration;
            ConvertOptions options = flags.Apply(parsed, new ConvertOptions());
            Conversion done = WorkRunner.Run(parsed.GetValue(json) ? where.Error : where.Output, where.Error, (progress, stop) =>
                Run(parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), options, progress, stop));
            foreach (string warning in done.Warnings)
            {
                where.Error.WriteLine($"warning: {warning}");
            }

            // Beside the result, so that the last line is the result and --json is JSON alone; there the notes are fields.
            foreach (string note in parsed.GetValue(json) ? [] : done.Notes)
            {
                where.Output.WriteLine(note);
            }

            where.Output.WriteLine(parsed.GetValue(json) ? done.ToJson().ToJsonString() : $"{done.Output}: {done.Summary}, {Quantity.Bytes(done.Bytes)}");
            return ExitCode.Done;
        });
        return verb;
    }

    private static Conversion Run(string input, string output, ConvertOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        FileKind kind = FileKinds.OfOutput(output);
        FileKind read = FileKinds.Of(input);
        if (read != FileKind.Unknown && read != kind)
        {
            throw Wrong($"{input} holds {Word(read)} and {output} would hold {Word(kind)}; give two files of the same kind");
        }

        if (kind == FileKind.Weights && (options.Size is not null || options.Filter is not null))
        {
            throw Wrong("--resize and --filter are for images; leave them out for weights");
        }

        if (kind == FileKind.Image && (options.Key is not null || options.Import.IsGiven))
        {
            throw Wrong("--key, --from, --model and --mechanism are for weights; leave them out for images");
        }

        if (kind == FileKind.Weights && options.Import is { Source: null, Preprocessing: { Orientation: not null } or { Levels: not null } })
        {
            throw Wrong("--orientation and --levels are for images, and for weights of another library with --from; leave them out");
        }

        if (kind == FileKind.Weights)
        {
            options.Import.Check();
        }

        if (options.Filter is not null && options.Size is null)
        {
            throw Wrong("--filter says how to resize; give --resize WxH as well");
        }

        if (!(kind == FileKind.Weights && WeightsSources.IsSource(input)) && !File.Exists(input) && !(kind == FileKind.Image && PageName.TryParse(input, out string stack, out _) && File.Exists(stack)))
        {
            throw new FileNotFoundException($"convert: there is no file {input}.");
        }

        if (File.Exists(output) && !options.Force)
        {
            throw Wrong($"{output} is there already; give another name, or --force to replace it");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        return kind == FileKind.Weights
            ? options.Import.Source is null ? WeightsConversion.Run(input, output, options.Key, progress, stop) : WeightsImport.Run(input, output, options.Key, options.Import, progress, stop)
            : ImageConversion.Run(input, output, options.Size, options.Filter ?? ResizeFilter.Bilinear, options.Import.Preprocessing);
    }

    private static ConvertOptions Oriented(ConvertOptions options, OrientationHandling orientation) =>
        options with { Import = options.Import with { Preprocessing = options.Import.Preprocessing with { Orientation = orientation } } };

    private static string Word(FileKind kind) => kind == FileKind.Weights ? "weights" : "an image";

    private static OptionException Wrong(string message) => new("convert", $"{message}.");
}
