using System.Globalization;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What an evaluation of a detector shows: precision by class and over recall, and pictures with what is there and what was found.</summary>
internal static class DetectionReport
{
    private const int Samples = 6;
    private const int Side = 320;
    private const int Gap = 6;
    private const int Lines = 3;
    private static readonly string[] s_colors = ["a", "b", "c"];
    private static readonly PlotAxis s_recall = new(
        x => x.ToString("0", CultureInfo.InvariantCulture), x => string.Create(CultureInfo.InvariantCulture, $"recall {x:0} %"));

    /// <summary>Writes tables, curves and pictures.</summary>
    public static void Write(ReportContext report, DetectionResult result)
    {
        report.Folder.WriteText("predictions.csv", PerImage(result));
        report.Page.Section("Classes", "Average precision by COCO's definition: over 101 recall points, and over IoU thresholds of 0.5 to 0.95.", Table(result));
        foreach (int[] classes in Enumerable.Range(0, result.Classes.Count).Where(c => result.Precision.Classes[c].Curves.Count > 0).Chunk(Lines))
        {
            Svg curves = LinePlot.Draw("Precision over recall at IoU 0.5", classes.Select((c, i) => new PlotSeries(result.Classes[c], s_colors[i],
                [.. result.Precision.Classes[c].Curves[0].Select((precision, recall) => ((double)recall, precision))])), percent: true, across: s_recall);
            string file = classes[0] == 0 ? "precision.svg" : string.Create(CultureInfo.InvariantCulture, $"precision-{classes[0] + 1}.svg");
            report.Folder.WriteText(Path.Combine("plots", file), curves.File());
            report.Page.Card("Precision over recall", "At an IoU of 0.5; recall in percent.", curves);
        }

        Pictures(report, result);
    }

    private static void Pictures(ReportContext report, DetectionResult result)
    {
        PictureFinding[] worst = [.. result.PerImage.OrderBy(i => i.Share).ThenBy(i => i.Index).Take(Samples)];
        PictureFinding[] rest = [.. result.PerImage.Except(worst).OrderBy(i => i.Index)];
        int count = Math.Min(Samples, rest.Length);
        PictureFinding[] spread = [.. Enumerable.Range(0, count).Select(i => rest[(int)((long)i * rest.Length / count)])];
        report.Model.Eval();
        foreach ((string title, string file, PictureFinding[] images) in new[] { ("Worst images", "worst", worst), ("From all over the set", "sample", spread) })
        {
            var html = new StringBuilder("<div class=\"masks\">");
            for (int i = 0; i < images.Length; i++)
            {
                byte[] png = Pair(report.Model, report.Data, images[i].Index);
                report.WriteSample(string.Create(CultureInfo.InvariantCulture, $"{file}-{i + 1:D2}.png"), png);
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<figure><img alt=\"{Svg.Escape(images[i].Name)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">" +
                    $"<figcaption><b>{Svg.Escape(images[i].Name)}</b> <span class=\"soft\">{images[i].Found} of {images[i].Objects} found, {images[i].False} wrong</span></figcaption></figure>");
            }

            if (images.Length > 0)
            {
                report.Page.Section(title, "What is there, and what was found with a score of 0.5 or more.", html.Append("</div>").ToString());
            }
        }
    }

    private static byte[] Pair(Module model, DataLoader data, int index)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        var sample = (BoxSample)data.Dataset.Get(index);
        var reader = new DetectionReader(DetectionTask.SchemeOf(model), data.Pipeline, data.Dataset.Classes);
        IPrediction seen = reader.Read(model.Call(data.Pipeline.ToInput(sample.Image)), [sample.Image], [sample.Name])[0];
        Image truth = BoxDrawing.Draw(sample.Image, sample.Boxes.Select(b => (b.Box, b.Class, string.Empty))), found = seen.Over(sample.Image)!;
        double scale = Math.Min(1, (double)Side / Math.Max(truth.Width, truth.Height));
        int width = Math.Max(1, (int)Math.Round(truth.Width * scale)), height = Math.Max(1, (int)Math.Round(truth.Height * scale));
        Image board = Painting.Blank((2 * width) + Gap, height, Color.White);
        board.Paste(truth.Resize(width, height), 0, 0);
        board.Paste(found.Resize(width, height), width + Gap, 0);
        return PngEncoder.Encode(board);
    }

    private static string Table(DetectionResult result)
    {
        var table = new PageTable("class", "objects", "AP", "AP at 0.5", "AP at 0.75", "AR of 100");
        foreach ((ClassPrecision c, string name) in result.Precision.Classes.Zip(result.Classes))
        {
            table.Row([name, c.Objects, .. Shares(c.Ap, c.Ap50, c.Ap75, c.Ar100)]);
        }

        AveragePrecision all = result.Precision;
        return table.Row([PageCell.Strong("mean"), all.Classes.Sum(c => c.Objects), .. Shares(all.Ap, all.Ap50, all.Ap75, all.Ar100)]).ToString();

        static IEnumerable<PageCell> Shares(params double?[] shares) => shares.Select(s => (PageCell)Format.Percent(s, 1));
    }

    private static string PerImage(DetectionResult result)
    {
        var csv = new StringBuilder("image,objects,found,wrong\n");
        foreach (PictureFinding i in result.PerImage)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(i.Name)},{i.Objects},{i.Found},{i.False}\n");
        }

        return csv.ToString();
    }
}
