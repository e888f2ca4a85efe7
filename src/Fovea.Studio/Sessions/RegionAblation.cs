using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>What the answer owes to a part of the picture: its pixels become the mean colour, and the model is asked again.</summary>
internal static class RegionAblation
{
    /// <summary>Masks a rectangle.</summary>
    /// <exception cref="StudioProblem">It is none, or lies outside of the picture.</exception>
    public static AblateAnswer Of(StudioSession session, double[] region)
    {
        (int height, int width) = (session.Input.Shape[2], session.Input.Shape[3]);
        if (region is not [>= 0 and <= 1, >= 0 and <= 1, >= 0 and <= 1, >= 0 and <= 1] || region[2] <= region[0] || region[3] <= region[1])
        {
            throw StudioProblem.Wrong("region", "top, left, bottom and right as shares of the picture from 0 to 1", string.Join(", ", region));
        }

        int top = (int)(region[0] * height), left = (int)(region[1] * width);
        int bottom = (int)Math.Ceiling(region[2] * height), right = (int)Math.Ceiling(region[3] * width);
        using TensorScope scope = TensorScope.Begin();
        Tensor masked = session.Input.Clone();
        Span<float> values = masked.AsSpan<float>();
        for (int line = 0; line < masked.Shape[1] * height; line++)
        {
            if (line % height >= top && line % height < bottom)
            {
                // After normalisation 0 is the mean colour.
                values.Slice((line * width) + left, right - left).Clear();
            }
        }

        return new AblateAnswer(
            $"Without rows {top} to {bottom - 1}, columns {left} to {right - 1} of the picture",
            ClassScores.Changes(session.Scores, session.Run(masked), session.Model.Description.Classes));
    }
}
