using System.Globalization;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What an evaluation of retrieval shows: a table of the identities, and queries with the pictures that lie nearest to them.</summary>
internal static class RetrievalReport
{
    private const int Samples = 8;
    private const int Shown = 5;
    private const int Side = 96;
    private const int Gap = 6;
    private const int Thickness = 3;
    private static readonly Color s_match = new(34, 139, 34);
    private static readonly Color s_other = new(200, 40, 40);

    /// <summary>Writes the tables and the pictures.</summary>
    public static void Write(ReportContext report, RetrievalResult result)
    {
        report.Folder.WriteText("predictions.csv", PerQuery(report.Data.Dataset, result));
        if (result.Table is { } table)
        {
            report.Page.Table(table, result.Note);
        }

        RankedQuery[] worst = [.. result.Queries.Where(q => q.Matches > 0).OrderBy(q => q.AveragePrecision).ThenBy(q => q.Index).Take(Samples)];
        RankedQuery[] rest = [.. result.Queries.Where(q => q.Matches > 0).Except(worst).OrderBy(q => q.Index)];
        int count = Math.Min(Samples, rest.Length);
        RankedQuery[] spread = [.. Enumerable.Range(0, count).Select(i => rest[(int)((long)i * rest.Length / count)])];
        Gallery(report, "Worst queries", "worst", worst, result.Identities);
        Gallery(report, "From all over the set", "sample", spread, result.Identities);
    }

    private static void Gallery(ReportContext report, string title, string file, RankedQuery[] queries, IReadOnlyList<string> identities)
    {
        var html = new StringBuilder("<div class=\"masks\">");
        for (int i = 0; i < queries.Length; i++)
        {
            byte[] png = Row(report.Data.Dataset, queries[i]);
            report.WriteSample(string.Create(CultureInfo.InvariantCulture, $"{file}-{i + 1:D2}.png"), png);
            html.Append(
                CultureInfo.InvariantCulture,
                $"<figure><img alt=\"{Svg.Escape(queries[i].Name)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\"><figcaption><b>{Svg.Escape(queries[i].Name)}</b> " +
                $"<span class=\"soft\">{Svg.Escape(identities[queries[i].Identity])}, first match at rank {queries[i].FirstMatch}, AP {Format.Percent(queries[i].AveragePrecision, 1)}</span></figcaption></figure>");
        }

        if (queries.Length > 0)
        {
            report.Page.Section(title, "The query, and the nearest pictures, the nearest first: green of the same identity, red of another.", html.Append("</div>").ToString());
        }
    }

    private static byte[] Row(IImageDataset data, RankedQuery query)
    {
        (int Index, float Similarity, bool IsMatch)[] nearest = [.. query.Nearest.Take(Shown)];
        Image board = Painting.Blank((nearest.Length + 1) * (Side + Gap), Side, Color.White);
        board.Paste(Small(data.Get(query.Index).Image), 0, 0);
        for (int i = 0; i < nearest.Length; i++)
        {
            Image picture = Small(data.Get(nearest[i].Index).Image);
            picture.Outline(0, 0, picture.Width, picture.Height, Math.Min(Thickness, Math.Min(picture.Width, picture.Height)), nearest[i].IsMatch ? s_match : s_other);
            board.Paste(picture, ((i + 1) * (Side + Gap)) + Gap, 0);
        }

        return PngEncoder.Encode(board);
    }

    // A copy of its own: it is drawn into.
    private static Image Small(Image image)
    {
        double scale = (double)Side / Math.Max(image.Width, image.Height);
        Image small = image.ConvertTo(PixelFormat.Rgb).Resize(Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
        return new Image(small.Width, small.Height, PixelFormat.Rgb, [.. small.Pixels]);
    }

    private static string PerQuery(IImageDataset data, RetrievalResult result)
    {
        var csv = new StringBuilder("image,identity,matches,first_match,average_precision,nearest\n");
        foreach (RankedQuery q in result.Queries)
        {
            string nearest = q.Nearest.Count == 0 ? string.Empty : Csv.Quote(data.Name(q.Nearest[0].Index));
            csv.Append(CultureInfo.InvariantCulture,
                $"{Csv.Quote(q.Name)},{Csv.Quote(result.Identities[q.Identity])},{q.Matches},{q.FirstMatch},{q.AveragePrecision:0.######},{nearest}\n");
        }

        return csv.ToString();
    }
}
