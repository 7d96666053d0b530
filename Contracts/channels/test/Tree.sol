// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The tree over a state's locks: neighbours are hashed in ascending order, and one without a neighbour goes up as it is.
library Tree {
    function root(bytes32[] memory level) internal pure returns (bytes32) {
        if (level.length == 0) return 0;
        while (level.length > 1) level = _up(level);
        return level[0];
    }

    function proof(bytes32[] memory level, uint256 position) internal pure returns (bytes32[] memory sisters) {
        sisters = new bytes32[](6);
        uint256 count;
        for (; level.length > 1; position /= 2) {
            uint256 sister = position ^ 1;
            if (sister < level.length) sisters[count++] = level[sister];
            level = _up(level);
        }
        assembly ("memory-safe") {
            mstore(sisters, count)
        }
    }

    function _up(bytes32[] memory level) private pure returns (bytes32[] memory next) {
        next = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            bytes32 left = level[2 * i];
            if (2 * i + 1 == level.length) next[i] = left;
            else next[i] = _pair(left, level[2 * i + 1]);
        }
    }

    function _pair(bytes32 one, bytes32 two) private pure returns (bytes32) {
        return one < two ? keccak256(abi.encode(one, two)) : keccak256(abi.encode(two, one));
    }
}
