using System.Globalization;
using Fovea.Cli.Flags;
using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Explaining;

/// <summary>Adds to the report of a run where the model looked in the validation images that it did best and worst on, and how far its answers follow these maps.</summary>
internal sealed class LookedSection : IReportSection
{
    private const int Images = 4;

    // Of a deep model the last sites say most, and a report is to be read.
    private const int MostSites = 4;

    // Each step of a curve is a picture through the model: few, of few images, say whether a map is better than chance.
    private const int Measured = 2;
    private const int Steps = 8;

    private static readonly ExplainOptions s_class = new() { Methods = [MethodNames.Usual] };

    private static readonly string s_measured = string.Create(
        CultureInfo.InvariantCulture, $"Deletion and insertion are measured in {Steps} steps, of the first {Measured} images alone: a hint; fovea explain --data measures many, with intervals.");

    /// <inheritdoc/>
    public void Write(ReportContext report, ModelDescription model, Evaluation evaluation)
    {
        JudgedImage[] judged = [.. evaluation.Judged.OrderByDescending(i => i.Goodness).ThenBy(i => i.Index)];
        int best = Math.Min(Images, (judged.Length + 1) / 2), worst = Math.Min(Images, judged.Length - best);
        SamplePipeline pipeline = model.LookPipeline();
        using var curves = new MapCurves(report.Model, judged.Length > 0 && model.Task == DataTask.Classify ? Steps : 0);
        curves.Prepare([1, pipeline.Channels, pipeline.Height, pipeline.Width]);
        Add(report, model, curves, "Where it looked: best images", judged[..best]);
        Add(report, model, curves, "Where it looked: worst images", [.. judged[(judged.Length - worst)..].Reverse()]);
    }

    private static void Add(ReportContext report, ModelDescription model, MapCurves curves, string title, JudgedImage[] images)
    {
        string html = string.Concat(images.Select((image, i) => Figures(report, model, i < Measured ? curves : null, image)));
        if (html.Length > 0)
        {
            string?[] notes = [MapFigures.Caution, curves.Measures ? s_measured : null, model.LookText];
            report.Page.Section(title, string.Join(' ', notes.OfType<string>()), html);
        }
    }

    private static string Figures(ReportContext report, ModelDescription model, MapCurves? curves, JudgedImage image)
    {
        using TensorScope scope = TensorScope.Begin();
        Image picture = report.Data.Dataset.Get(image.Index).Image;
        SamplePipeline pipeline = model.LookPipeline();
        Tensor x = pipeline.ToInput(picture), output;
        using (GradMode.NoGrad())
        {
            output = report.Model.Call(x);
        }

        (IReadOnlyList<WrittenMap> byClass, AskedTarget? target) = ByClass(report.Model, model, x, output);
        IReadOnlyList<WrittenMap> maps = [.. byClass, .. MapMaker.OfSites(report.Model, x).TakeLast(MostSites)], baselines = [];
        if (maps.Count == 0)
        {
            return string.Empty;
        }

        if (curves is not null && target is not null)
        {
            (maps, baselines) = curves.Measure(x, target, maps);
        }

        return MapFigures.Of(MapGround.Of(pipeline.SeenOf(picture)), image.Name, image.Verdict, maps, MapStyle.Default) + MapFigures.Beside(baselines);
    }

    // A model of another task, or without a grid, has its own maps alone.
    private static (IReadOnlyList<WrittenMap> Maps, AskedTarget? Target) ByClass(Module module, ModelDescription model, Tensor x, Tensor output)
    {
        AskedTarget? target = null;
        try
        {
            target = AskedTarget.Of(null, model.Classes, model.Title, output);
            return (new MapMaker(module, s_class, static _ => { }).Make(x, target), target);
        }
        catch (Exception e) when (e is OptionException or ShapeException)
        {
            return ([], target);
        }
    }
}
