using Fovea.Cli.Flags;
using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Explaining;

/// <summary>Adds to the report of a run where the model looked in the validation images that it did best and worst on.</summary>
internal sealed class LookedSection : IReportSection
{
    private const int Images = 4;

    // Of a deep model the last sites say most, and a report is to be read.
    private const int MostSites = 4;

    private static readonly ExplainOptions s_class = new() { Methods = [MethodNames.Usual] };

    /// <inheritdoc/>
    public void Write(ReportContext report, ModelDescription model, Evaluation evaluation)
    {
        JudgedImage[] judged = [.. evaluation.Judged.OrderByDescending(i => i.Goodness).ThenBy(i => i.Index)];
        int best = Math.Min(Images, (judged.Length + 1) / 2), worst = Math.Min(Images, judged.Length - best);
        Add(report, model, "Where it looked: best images", judged[..best]);
        Add(report, model, "Where it looked: worst images", [.. judged[(judged.Length - worst)..].Reverse()]);
    }

    private static void Add(ReportContext report, ModelDescription model, string title, JudgedImage[] images)
    {
        string html = string.Concat(images.Select(i => Figures(report, model, i)));
        if (html.Length > 0)
        {
            report.Page.Section(title, model.LookText is { } looked ? $"{MapFigures.Caution} {looked}" : MapFigures.Caution, html);
        }
    }

    private static string Figures(ReportContext report, ModelDescription model, JudgedImage image)
    {
        using TensorScope scope = TensorScope.Begin();
        Image picture = report.Data.Dataset.Get(image.Index).Image;
        SamplePipeline pipeline = model.LookPipeline();
        Tensor x = pipeline.ToInput(picture), output;
        using (GradMode.NoGrad())
        {
            output = report.Model.Call(x);
        }

        WrittenMap[] maps = [.. ByClass(report.Model, model, x, output), .. MapMaker.OfSites(report.Model, x).TakeLast(MostSites)];
        return maps.Length == 0 ? string.Empty : MapFigures.Of(MapGround.Of(pipeline.SeenOf(picture)), image.Name, image.Verdict, maps, MapStyle.Default);
    }

    // A model of another task, or without a grid, has its own maps alone.
    private static IReadOnlyList<WrittenMap> ByClass(Module module, ModelDescription model, Tensor x, Tensor output)
    {
        try
        {
            return new MapMaker(module, s_class, static _ => { }).Make(x, AskedTarget.Of(null, model, output));
        }
        catch (Exception e) when (e is OptionException or ShapeException)
        {
            return [];
        }
    }
}
