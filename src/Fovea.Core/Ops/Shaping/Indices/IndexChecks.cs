namespace Fovea;

/// <summary>Places that users give as numbers, checked before a kernel follows them.</summary>
internal static class IndexChecks
{
    public static int[] Places(string operation, ReadOnlySpan<long> index, int length)
    {
        Check(operation, index, length);
        int[] places = new int[index.Length];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (int)index[i];
        }

        return places;
    }

    public static void Check(string operation, ReadOnlySpan<long> index, int length)
    {
        for (int i = 0; i < index.Length; i++)
        {
            if ((ulong)index[i] >= (ulong)length)
            {
                throw new FoveaException(length == 0
                    ? $"{operation}: expected no index into an axis of length 0, got {index[i]}."
                    : $"{operation}: expected indices from 0 to {length - 1}, got {index[i]} at place {i}.");
            }
        }
    }
}
