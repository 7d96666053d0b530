// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token of the demo and the tests
/// @notice The whole supply goes to whoever deploys it; there is nothing else in it that could move a balance.
contract DemoToken is ERC20 {
    constructor(uint256 supply) ERC20("Demo Dollar", "DEMO") {
        _mint(msg.sender, supply);
    }
}
