namespace Fovea.Simd.Conv;

/// <summary>Division that rounds towards −∞, so that the remainder of a negative place is a place as well.</summary>
internal static class FloorDivision
{
    public static (int Quotient, int Remainder) Divide(int value, int by)
    {
        int quotient = Math.DivRem(value, by, out int remainder);
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder);
    }
}
