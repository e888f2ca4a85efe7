using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>The operations that policies draw from.</summary>
internal enum AugmentOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Count,
}

/// <summary>What each operation does at a strength of 0 to 1.</summary>
internal static class AugmentOperations
{
    /// <param name="image">The picture.</param>
    /// <param name="operation">Which.</param>
    /// <param name="strength">0 (weakest) to 1.</param>
    /// <param name="negative">Whether operations with two directions go the other way.</param>
    /// <param name="wide">TrivialAugment's ranges instead of RandAugment's.</param>
    public static Image Apply(Image image, AugmentOperation operation, double strength, bool negative, bool wide)
    {
        double sign = negative ? -1 : 1;
        double factor = 1 + sign * strength * (wide ? 0.99 : 0.9);
        if (MotionOf(image, operation, sign, strength, wide) is { } motion)
        {
            return AffineWarp.Apply(image, motion);
        }

        switch (operation)
        {
            case AugmentOperation.Brightness:
                return image.AdjustBrightness(factor);
            case AugmentOperation.Color:
                return image.AdjustSaturation(factor);
            case AugmentOperation.Contrast:
                return image.AdjustContrast(factor);
            case AugmentOperation.Sharpness:
                return ToneCurves.Sharpen(image, factor);
            case AugmentOperation.Posterize:
                return ToneCurves.Posterize(image, 8 - (int)Math.Round(strength * (wide ? 6 : 4)));
            case AugmentOperation.Solarize:
                return ToneCurves.Solarize(image, 255 * (1 - strength));
            case AugmentOperation.AutoContrast:
                return ToneCurves.AutoContrast(image);
            case AugmentOperation.Equalize:
                return ToneCurves.Equalize(image);
            default:
                return image;
        }
    }

    /// <summary>The operation on a mask: its pixels are moved as the picture's are, their values stay.</summary>
    public static Image ApplyToMask(Image mask, AugmentOperation operation, double strength, bool negative, bool wide) =>
        MotionOf(mask, operation, negative ? -1 : 1, strength, wide) is { } motion ? AffineWarp.ApplyNearest(mask, motion, MaskLabels.Ignored) : mask;

    private static Motion? MotionOf(Image image, AugmentOperation operation, double sign, double strength, bool wide)
    {
        double shear = sign * strength * (wide ? 0.99 : 0.3);
        double shiftX = sign * strength * (wide ? 32 : 150.0 / 331 * image.Width);
        double shiftY = sign * strength * (wide ? 32 : 150.0 / 331 * image.Height);
        switch (operation)
        {
            case AugmentOperation.ShearX:
                return new Motion(1, shear, 0, 1, 0, 0);
            case AugmentOperation.ShearY:
                return new Motion(1, 0, shear, 1, 0, 0);
            case AugmentOperation.TranslateX:
                return new Motion(1, 0, 0, 1, Math.Truncate(shiftX), 0);
            case AugmentOperation.TranslateY:
                return new Motion(1, 0, 0, 1, 0, Math.Truncate(shiftY));
            case AugmentOperation.Rotate:
                (float cos, float sin) = ExactRotation.At(sign * strength * (wide ? 135 : 30) / 360);
                return new Motion(cos, -sin, sin, cos, 0, 0);
            default:
                return null;
        }
    }
}
