using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary>What <c>explain</c> found as one page that needs no other file, no script and no network.</summary>
internal static class ExplanationPage
{
    /// <summary>The page as HTML.</summary>
    /// <param name="model">What the model is.</param>
    /// <param name="pictures">The pictures with their maps.</param>
    /// <param name="style">How the maps are drawn.</param>
    public static string Of(ModelDescription model, IReadOnlyList<ExplainedPicture> pictures, MapStyle style)
    {
        var page = new ReportPage($"Where {model.Title} looked");
        page.Head("Where it looked", model.Title, model.PreprocessingText);
        page.Section("How to read this", null,
            $"<p>{MapFigures.Caution}</p><p class=\"soft\">A cell of a map is one colour, by its value: evenly from the smallest to the largest, or, where values lie on both sides of 0, "
            + "symmetrically about 0. The bar below a map has the raw values. Entropy says how spread out a map is: 0 bits where one cell has all, the most where all cells are alike.</p>"
            + "<p class=\"soft\">Deletion is the mean probability of the class that is asked for while the pixels of the largest values are blurred away first, insertion the same while they appear "
            + "first in the blurred picture: a map that the answer follows has a small deletion and a large insertion, beside those of maps that know nothing of the model. A single picture says "
            + "little; <code>fovea explain --data</code> measures many, with intervals.</p>");
        foreach (ExplainedPicture picture in pictures)
        {
            page.Section(picture.Prediction.Path, picture.Prediction.ToText(5),
                MapFigures.Of(picture.Ground, picture.Prediction.Path, picture.Prediction.ToText(1), picture.Maps, style) + MapFigures.Table(picture.Maps, picture.Baselines));
        }

        return page.ToString();
    }
}
