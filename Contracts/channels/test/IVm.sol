// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Of forge's cheatcodes the ones that these tests use. The interface is forge's own.
interface IVm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function assertEq(uint256 left, uint256 right, string calldata why) external pure;
    function assertEq(address left, address right, string calldata why) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata why) external pure;
    function assertLe(uint256 left, uint256 right, string calldata why) external pure;
    function assertTrue(bool condition, string calldata why) external pure;
    function bound(uint256 value, uint256 least, uint256 most) external pure returns (uint256);
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function expectEmit(bool one, bool two, bool three, bool data, address emitter) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 data) external;
    function expectRevert() external;
    function lastCallGas() external view returns (Gas memory);
    function prank(address sender) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 time) external;
}

// Where forge puts the cheatcodes.
IVm constant VM = IVm(address(uint160(uint256(keccak256("hevm cheat code")))));
