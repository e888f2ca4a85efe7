using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Cli.Exporting;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;

namespace Fovea.Cli.Verbs;

/// <summary><c>export</c>: a trained model as ONNX, for any other runtime.</summary>
internal static class ExportVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "export",
            "Write a model as ONNX, for ONNX Runtime, browsers, phones: weights under the names of the state dict, any number of images at a time, of any size where "
            + "the model takes it; class names and normalisation in the metadata.",
            "fovea export --weights runs/classify/photos-resnet18 --output photos.onnx",
            "fovea export --weights resnet20.th --model resnet20-cifar --output resnet20.onnx --fold-batch-norm",
            "fovea export --weights best.safetensors --output phone.onnx --with-preprocess --half --opset 18",
            "fovea export --golden tests/golden/mechanisms/se/document.safetensors --output cases/se");
        FlagSet<ExportOptions> flags = new FlagSet<ExportOptions>()
            .Group("Model")
            .Weights("The weights (.safetensors, .pth, .ckpt, .npz), or the folder of a run.", (o, v) => o with { Weights = v })
            .Request(o => o.Request, (o, v) => o with { Request = v })
            .Add("--golden", FlagValues.Text("FILE"), "Instead of weights: a golden case, written as a folder in the form of ONNX's own tests.", (o, v) => o with { Golden = v })
            .Rule(given => given["--golden"] is null && given["--weights"] is null ? "give --weights FILE, or --golden FILE." : null)
            .Rule(given => given["--golden"] is null ? null : given.Refuse("--golden", "--weights", "--model", "--attention", "--image-size", "--with-preprocess"))
            .Group("File")
            .Add("--opset", FlagValues.Integer(13, 21), "The version of ONNX's operators, 13 to 21; default 17.", (o, v) => o with { Onnx = o.Onnx with { Opset = v } })
            .AddSwitch("--static-batch", "Take one image at a time, instead of any number.", (o, v) => o with { Onnx = o.Onnx with { AnyBatch = !v } })
            .AddSwitch("--static-size", "Take images of the model's own size, instead of any that it can take.", (o, v) => o with { Onnx = o.Onnx with { AnySize = !v } })
            .AddSwitch("--fold-batch-norm", "Fold batch norms into the convolutions before them: faster in runtimes that do not, and no longer the weights as they were trained.",
                (o, v) => o with { Onnx = o.Onnx with { FoldBatchNorm = v } })
            .AddSwitch("--half", "Weights and arithmetic of half precision; inputs and outputs stay float32.", (o, v) => o with { Onnx = o.Onnx with { Half = v } })
            .AddSwitch("--with-preprocess", "Take pixels, uint8 [N, H, W, channels] of any size: the file resizes them to the model's size (the whole image, linear; antialiased from opset 18 on) and normalises.",
                (o, v) => o with { WithPreprocessing = v })
            .AddSwitch("--no-preprocess", "Take numbers that are resized and normalised already (the default).", (o, v) => v ? o with { WithPreprocessing = false } : o)
            .Rule(given => given["--with-preprocess"] is not null ? given.Refuse("--with-preprocess", "--no-preprocess") : null)
            .Group("Output")
            .Add("--output -o", FlagValues.Text("PATH"), "The file to write, or with --golden the folder.", (o, v) => o with { Output = v })
            .Rule(given => given["--output"] is null ? "--output is missing; give the file to write." : null)
            .AddSwitch("--force -f", "Replace what is there already.", (o, v) => o with { Force = v });
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(flags.Apply(parsed, new ExportOptions()), parsed.GetValue(json), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(ExportOptions options, bool json, InvocationConfiguration where)
    {
        CommonFlags.CheckAttention(options.Request.Attention, options.Request.AttentionOptions);
        ExportedFile file = WorkRunner.Run(json ? where.Error : where.Output, where.Error, (progress, stop) =>
            options.Golden is null ? ModelExport.Run(options, progress, stop) : GoldenExport.Run(options, progress, stop));
        foreach (string note in file.Notes)
        {
            where.Error.WriteLine($"note: {note}");
        }

        if (json)
        {
            where.Output.WriteLine(file.ToJson().ToJsonString());
            return ExitCode.Done;
        }

        where.Output.WriteLine($"{file.Path}: {file.Title}, opset {file.Opset}, {Quantity.Bytes(file.Bytes)}");
        foreach ((string name, IReadOnlyList<string> shape) in file.Signature.Inputs.Concat(file.Signature.Outputs))
        {
            where.Output.WriteLine($"  {name} [{string.Join(", ", shape)}]");
        }

        return ExitCode.Done;
    }
}
