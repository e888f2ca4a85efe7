using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Onnx;
using Fovea.Training;

namespace Fovea.Cli.Exporting;

/// <summary>Writes the model of some weights as ONNX.</summary>
internal static class ModelExport
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="OptionException">The file is there already, or an option does not fit.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what was there before is there still.</exception>
    public static ExportedFile Run(ExportOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (Path.Exists(options.Output) && !options.Force)
        {
            throw new OptionException("export", $"{options.Output} is there already; give another name, or --force to replace it.");
        }

        TrainedModel trained = TrainedModel.Open(options.Weights, options.Request, progress, stop);
        ModelDescription model = trained.Description;
        OnnxExportOptions onnx = options.Onnx with
        {
            Metadata = Metadata(Exported(model, options)),
            GraphName = model.Key,
            OutputName = model.Task.Outputs,
            SizeUnit = model.Entry.SizeUnit,
            Preprocessing = options.WithPreprocessing ? new OnnxPreprocessing(model.Mean, model.Std) : null,
        };
        if (Path.GetDirectoryName(Path.GetFullPath(options.Output)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        using TensorScope scope = TensorScope.Begin();
        OnnxSignature signature = trained.Model.ExportOnnx(
            options.Output, onnx, [new TensorSpec([1, model.Mean.Count, model.ImageSize.Height, model.ImageSize.Width], DType.Float32)], progress, stop);
        string[] crop = options.WithPreprocessing && model.Preprocessing.CropFraction is < 1
            ? ["the file resizes the whole image; here the middle of it is taken (see the metadata's cropFraction)"]
            : [];
        return new ExportedFile(options.Output, model.Title, onnx.Opset, signature, [.. trained.Notes, .. signature.Notes, .. crop]);
    }

    // The graph is the file itself, which is then called by its own name; without its norms a model is no longer the catalogue's.
    private static ModelDescription Exported(ModelDescription model, ExportOptions options) =>
        model.Architecture is null && !options.Onnx.FoldBatchNorm ? model : model with
        {
            Model = $"{Path.GetFileNameWithoutExtension(options.Output)}.onnx",
            Architecture = null,
            Attention = null,
        };

    // Each thing by itself for whoever reads it in another language, and the whole description for us.
    private static Dictionary<string, string> Metadata(ModelDescription model)
    {
        var metadata = new Dictionary<string, string>(model.ToMetadata())
        {
            ["classes"] = Texts(model.Classes),
            ["mean"] = Numbers(model.Mean),
            ["std"] = Numbers(model.Std),
            ["imageSize"] = model.ImageSize.ToJson().ToJsonString(),
            ["preprocessing"] = model.PreprocessingText,
        };
        if (model.Preprocessing.CropFraction is { } share)
        {
            metadata["cropFraction"] = share.ToString(CultureInfo.InvariantCulture);
        }

        metadata.Remove("format");
        return metadata;
    }

    private static string Texts(IEnumerable<string> texts) => new JsonArray([.. texts.Select(t => (JsonNode)t)]).ToJsonString(s_plain);

    private static string Numbers(IEnumerable<double> numbers) => new JsonArray([.. numbers.Select(n => (JsonNode)n)]).ToJsonString(s_plain);
}
