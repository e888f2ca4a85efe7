using System.Globalization;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What an evaluation of masks shows: tables, the confusion of pixels, and images beside their masks and what the model saw.</summary>
internal static class MaskReport
{
    private const int Samples = 6;
    private const int Side = 192;
    private const int Gap = 6;

    /// <summary>Writes the tables and the plot.</summary>
    public static void Write(RunFolder run, ReportPage page, SegmentationResult result)
    {
        run.WriteText("confusion.csv", result.Confusion.ToCsv());
        run.WriteText("predictions.csv", PerImage(result));
        page.Section("Classes", SegmentationResult.EmptyMaskPolicy, ClassTable(result));
        if (result.Classes.Count <= ConfusionPlot.MostClasses)
        {
            Svg confusion = ConfusionPlot.Draw(result.Confusion, shares: true);
            run.WriteText(Path.Combine("plots", "confusion.svg"), confusion.File());
            page.Card("Confusion", "Rows are the actual classes, columns what the model took their pixels for, in percent of the row.", confusion);
        }
        else
        {
            page.Section("Confusion", ReportPage.NoMatrix(result.Confusion), page.Confusions(result.Confusion, "pixels", ReportPage.PairsOfMany));
        }
    }

    /// <summary>Writes the worst images and some from all over the set, each beside its mask and the prediction.</summary>
    public static void WriteSamples(ReportContext report, SegmentationResult result)
    {
        ImageOverlap[] worst = [.. result.PerImage.Where(i => i.Counts).OrderBy(i => i.Iou).ThenBy(i => i.Index).Take(Samples)];
        ImageOverlap[] rest = [.. result.PerImage.Except(worst).OrderBy(i => i.Index)];
        int count = Math.Min(Samples, rest.Length);
        ImageOverlap[] spread = [.. Enumerable.Range(0, count).Select(i => rest[(int)((long)i * rest.Length / count)])];
        report.Model.Eval();
        foreach ((string title, string file, ImageOverlap[] images) in new[] { ("Worst images", "worst", worst), ("From all over the set", "sample", spread) })
        {
            var figures = new List<(ImageOverlap, byte[])>();
            for (int i = 0; i < images.Length; i++)
            {
                byte[] png = Triptych(report.Model, report.Data, images[i].Index);
                report.WriteSample(string.Create(CultureInfo.InvariantCulture, $"{file}-{i + 1:D2}.png"), png);
                figures.Add((images[i], png));
            }

            if (figures.Count > 0)
            {
                report.Page.Section(title, "Image, mask and prediction.", Gallery(figures));
            }
        }
    }

    private static byte[] Triptych(Module model, DataLoader data, int index)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        ImageSample sample = data.Dataset.Get(index);
        SamplePipeline pipeline = data.Pipeline;
        Image truth = sample.Mask!;
        Image seen = pipeline.Options.Windows is null
            ? DenseOutput.Classes(model.Call(pipeline.ToInput(sample.Image)), 0, truth.Width, truth.Height)
            : WindowedMaskReader.Classes(model.Call, pipeline, 1, data.Dataset.Classes.Count, sample.Image, sample.Name);
        double scale = Math.Min(1, (double)Side / Math.Max(truth.Width, truth.Height));
        int width = Math.Max(1, (int)Math.Round(truth.Width * scale)), height = Math.Max(1, (int)Math.Round(truth.Height * scale));
        var board = new Image(3 * width + 2 * Gap, height, PixelFormat.Rgba);
        Image[] parts = [sample.Image.ConvertTo(PixelFormat.Rgb), MaskColors.Over(sample.Image, truth), MaskColors.Over(sample.Image, seen)];
        for (int p = 0; p < parts.Length; p++)
        {
            Image small = parts[p].Resize(width, height).ConvertTo(PixelFormat.Rgba);
            for (int y = 0; y < height; y++)
            {
                small.Row(y).CopyTo(board.Row(y)[(p * (width + Gap) * 4)..]);
            }
        }

        return PngEncoder.Encode(board);
    }

    private static string Gallery(IEnumerable<(ImageOverlap Image, byte[] Png)> figures)
    {
        var html = new StringBuilder("<div class=\"masks\">");
        foreach ((ImageOverlap image, byte[] png) in figures)
        {
            string distance = image.Hausdorff95 is { } d ? string.Create(CultureInfo.InvariantCulture, $", Hausdorff {d:0.0}") : string.Empty;
            html.Append(
                CultureInfo.InvariantCulture,
                $"<figure><img alt=\"{Svg.Escape(image.Name)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">" +
                $"<figcaption><b>{Svg.Escape(image.Name)}</b> <span class=\"soft\">IoU {Format.Percent(image.Iou, 1)}, Dice {Format.Percent(image.Dice, 1)}{distance}</span></figcaption></figure>");
        }

        return html.Append("</div>").ToString();
    }

    private static string ClassTable(SegmentationResult result)
    {
        var table = new PageTable("class", "IoU", "Dice", "Hausdorff 95 %", "images", "share of pixels", string.Empty);
        long total = Math.Max(1, result.Confusion.Total);
        for (int label = 0; label < result.Classes.Count; label++)
        {
            ClassOverlap c = result.Classes[label];
            string iou = c.Overlap.Exists ? Percent(c.Iou) : "–", dice = c.Overlap.Exists ? Percent(c.Dice) : "–";
            table.Row(
                PageCell.Keyed(MaskColors.Css(label), c.Name), iou, dice, Distance(c.Hausdorff95), c.Images, Percent((double)c.Overlap.Pixels / total), PageCell.Bar(c.Iou));
        }

        table.Row(
            PageCell.Strong("mean"), PageCell.Strong(Format.Percent(result.MeanIou, 1)), PageCell.Strong(Format.Percent(result.MeanDice, 1)), Distance(result.Hausdorff95), result.Images,
            string.Empty, string.Empty);
        return string.Create(CultureInfo.InvariantCulture,
            $"{table}<p class=\"soft\">From counts summed over the set. Image by image, the mean IoU is {Format.Percent(result.ImageIou, 1)} and the mean Dice {Format.Percent(result.ImageDice, 1)}; " +
            $"{result.UndefinedDistances} distances are undefined.</p>");

        static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
        static string Distance(double? distance) => distance?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";
    }

    private static string PerImage(SegmentationResult result)
    {
        var csv = new StringBuilder("image,iou,dice,hausdorff95");
        foreach (ClassOverlap c in result.Classes)
        {
            csv.Append(',').Append(Csv.Quote($"iou {c.Name}"));
        }

        csv.Append('\n');
        foreach (ImageOverlap i in result.PerImage)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(i.Name)},{i.Iou:0.######},{i.Dice:0.######},{i.Hausdorff95:0.###}");
            foreach (Overlap o in i.Classes)
            {
                // Empty where neither the mask nor the prediction shows the class.
                csv.Append(',').Append(o.Exists ? o.Iou.ToString("0.######", CultureInfo.InvariantCulture) : string.Empty);
            }

            csv.Append('\n');
        }

        return csv.ToString();
    }
}
